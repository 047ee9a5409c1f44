// Command csi-driver gives a cluster network disks: volumes of a real size, on every node, that grow in use and have snapshots.
// On a node it serves kubelet; beside the API server it provisions claims and serves csi-resizer and csi-snapshotter.
package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"k8s.io/klog/v2"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

const driverName = "csi.orlop.dev"

func main() {
	disk := flag.String("pool", "/var/lib/shared-disks/pool.xfs", "file that holds all volumes: the same one for every process of the driver")
	mountPoint := flag.String("mount-pool-at", "/var/lib/csi-pool", "folder where this process sees what is in it")
	node := flag.String("node", "", "serve kubelet of the node that has this name")
	kubelet := flag.String("kubelet-root", "/var/lib/kubelet", "kubelet's root folder")
	socket := flag.String("controller-socket", "", "provision claims, and serve controllers at this socket")
	kubeconfig := flag.String("kubeconfig", "", "how the API server is reached; for -controller-socket")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := errors.New("one of -node and -controller-socket says what to do")
	switch {
	case *node != "" && *socket == "":
		err = runNode(ctx, pool{disk: *disk, root: *mountPoint}, *node, *kubelet)
	case *socket != "" && *node == "":
		err = runController(ctx, pool{disk: *disk, root: *mountPoint}, *socket, *kubeconfig)
	}
	if err != nil && ctx.Err() == nil {
		klog.Error(err)
		os.Exit(1)
	}
}

func runNode(ctx context.Context, pool pool, name, kubelet string) error {
	if err := pool.mount(ctx); err != nil {
		return err
	}
	endpoint := filepath.Join(kubelet, "plugins", driverName, "csi.sock")
	ctx, refused := context.WithCancelCause(ctx)
	return serve(ctx, map[string]func(*grpc.Server){
		endpoint: func(server *grpc.Server) {
			csi.RegisterIdentityServer(server, identity{})
			csi.RegisterNodeServer(server, &node{name: name, images: images{pool.root}})
		},
		// kubelet watches this folder: it asks whoever listens there what it is.
		filepath.Join(kubelet, "plugins_registry", driverName+"-reg.sock"): func(server *grpc.Server) {
			registration.RegisterRegistrationServer(server, registrar{endpoint: endpoint, refused: refused})
		},
	})
}

func runController(ctx context.Context, pool pool, socket, kubeconfig string) error {
	if err := pool.mount(ctx); err != nil {
		return err
	}
	images := images{pool.root}
	if err := images.prepare(); err != nil {
		return err
	}
	controller := &controller{images: images}
	if err := startProvisioner(ctx, controller, kubeconfig); err != nil {
		return err
	}
	return serve(ctx, map[string]func(*grpc.Server){
		socket: func(server *grpc.Server) {
			csi.RegisterIdentityServer(server, identity{})
			csi.RegisterControllerServer(server, controller)
		},
	})
}
