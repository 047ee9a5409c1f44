package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/klog/v2"
)

// serve answers at sockets until the context ends, or one of them fails.
func serve(ctx context.Context, sockets map[string]func(*grpc.Server)) error {
	ended := make(chan error, len(sockets))
	for socket, register := range sockets {
		listener, err := listen(socket)
		if err != nil {
			return err
		}
		server := grpc.NewServer(grpc.UnaryInterceptor(answer))
		register(server)
		go func() { ended <- server.Serve(listener) }()
		defer server.Stop()
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case err := <-ended:
		return err
	}
}

// listen takes the place of a socket that a killed process left.
func listen(socket string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o750); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return net.Listen("unix", socket)
}

// answer gives errors of the system a code, and writes what went wrong or changed something.
func answer(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	started := time.Now()
	response, err := handler(ctx, request)
	err = withCode(err)
	method, took := filepath.Base(info.FullMethod), time.Since(started).Round(time.Millisecond)
	if err != nil {
		klog.Errorf("%s in %s: %v", method, took, err)
	} else if changes[method] {
		klog.Infof("%s in %s: %v", method, took, request)
	}
	return response, err
}

var changes = map[string]bool{
	"ControllerExpandVolume": true, "CreateSnapshot": true, "DeleteSnapshot": true, "NodeStageVolume": true, "NodeUnstageVolume": true,
	"NodePublishVolume": true, "NodeUnpublishVolume": true, "NodeExpandVolume": true, "NotifyRegistrationStatus": true,
}

func withCode(err error) error {
	if err == nil {
		return nil
	}
	if _, has := status.FromError(err); has {
		return err
	}
	code := codes.Internal
	if errors.Is(err, os.ErrNotExist) {
		code = codes.NotFound
	}
	return status.Error(code, err.Error())
}
