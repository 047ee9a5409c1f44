package main

import (
	"context"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// node mounts volumes for kubelet, once (staging) and then into each pod (publishing): see NodeServer of the CSI specification.
type node struct {
	csi.UnimplementedNodeServer
	name   string
	images images
	busy   busy
}

func (n *node) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: n.name}, nil
}

func (*node) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	answer := &csi.NodeGetCapabilitiesResponse{}
	for _, one := range []csi.NodeServiceCapability_RPC_Type{
		csi.NodeServiceCapability_RPC_STAGE_UNSTAGE_VOLUME,
		csi.NodeServiceCapability_RPC_EXPAND_VOLUME,
		csi.NodeServiceCapability_RPC_GET_VOLUME_STATS,
	} {
		rpc := &csi.NodeServiceCapability_RPC{Type: one}
		answer.Capabilities = append(answer.Capabilities, &csi.NodeServiceCapability{Type: &csi.NodeServiceCapability_Rpc{Rpc: rpc}})
	}
	return answer, nil
}

func (n *node) NodeStageVolume(ctx context.Context, request *csi.NodeStageVolumeRequest) (*csi.NodeStageVolumeResponse, error) {
	path := request.GetStagingTargetPath()
	done, err := n.begin(request.GetVolumeId(), path)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := checkCapabilities([]*csi.VolumeCapability{request.GetVolumeCapability()}); err != nil {
		return nil, err
	}
	volume, err := n.images.find(volumes, request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	if err := mountImage(ctx, volume.path, path, request.GetVolumeCapability().GetMount().GetMountFlags()...); err != nil {
		return nil, err
	}
	// It may have grown since it was mounted last, or be larger than what it was restored of.
	return &csi.NodeStageVolumeResponse{}, growFileSystem(ctx, path)
}

func (n *node) NodeUnstageVolume(ctx context.Context, request *csi.NodeUnstageVolumeRequest) (*csi.NodeUnstageVolumeResponse, error) {
	done, err := n.begin(request.GetVolumeId(), request.GetStagingTargetPath())
	if err != nil {
		return nil, err
	}
	defer done()
	return &csi.NodeUnstageVolumeResponse{}, unmount(ctx, request.GetStagingTargetPath())
}

func (n *node) NodePublishVolume(ctx context.Context, request *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	done, err := n.begin(request.GetVolumeId(), request.GetTargetPath())
	if err != nil {
		return nil, err
	}
	defer done()
	staged := request.GetStagingTargetPath()
	if source, err := mountedFrom(staged); err != nil {
		return nil, err
	} else if source == "" {
		return nil, status.Errorf(codes.FailedPrecondition, "volume %s is not staged at %q", request.GetVolumeId(), staged)
	}
	var options []string
	if request.GetReadonly() {
		options = append(options, "ro")
	}
	return &csi.NodePublishVolumeResponse{}, bind(ctx, staged, request.GetTargetPath(), options...)
}

func (n *node) NodeUnpublishVolume(ctx context.Context, request *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	path := request.GetTargetPath()
	done, err := n.begin(request.GetVolumeId(), path)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := unmount(ctx, path); err != nil {
		return nil, err
	}
	// Only the empty folder: what is in it, were it still mounted, is data.
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// NodeExpandVolume grows the file system under those that write to it.
func (n *node) NodeExpandVolume(ctx context.Context, request *csi.NodeExpandVolumeRequest) (*csi.NodeExpandVolumeResponse, error) {
	done, err := n.begin(request.GetVolumeId(), request.GetVolumePath())
	if err != nil {
		return nil, err
	}
	defer done()
	volume, err := n.images.find(volumes, request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	if err := growFileSystem(ctx, request.GetVolumePath()); err != nil {
		return nil, err
	}
	return &csi.NodeExpandVolumeResponse{CapacityBytes: volume.size}, nil
}

// growFileSystem tells the loop device, then the file system, how large the image has become. Nothing happens where it has not.
func growFileSystem(ctx context.Context, path string) error {
	device, err := mountedFrom(path)
	if err != nil {
		return err
	}
	if device == "" {
		return status.Errorf(codes.NotFound, "nothing is mounted at %s", path)
	}
	if _, err := run(ctx, "losetup", "--set-capacity", device); err != nil {
		return err
	}
	_, err = run(ctx, "xfs_growfs", "-d", path)
	return err
}

func (*node) NodeGetVolumeStats(_ context.Context, request *csi.NodeGetVolumeStatsRequest) (*csi.NodeGetVolumeStatsResponse, error) {
	path := request.GetVolumePath()
	if request.GetVolumeId() == "" || path == "" {
		return nil, status.Error(codes.InvalidArgument, "the handle or the path of the volume is missing")
	}
	source, err := mountedFrom(path)
	if err != nil {
		return nil, err
	}
	if source == "" {
		return nil, status.Errorf(codes.NotFound, "nothing is mounted at %s", path)
	}
	var found unix.Statfs_t
	if err := unix.Statfs(path, &found); err != nil {
		return nil, &os.PathError{Op: "statfs", Path: path, Err: err}
	}
	block := found.Bsize
	return &csi.NodeGetVolumeStatsResponse{Usage: []*csi.VolumeUsage{
		{
			Unit:      csi.VolumeUsage_BYTES,
			Total:     int64(found.Blocks) * block,
			Available: int64(found.Bavail) * block,
			Used:      int64(found.Blocks-found.Bfree) * block,
		},
		{Unit: csi.VolumeUsage_INODES, Total: int64(found.Files), Available: int64(found.Ffree), Used: int64(found.Files - found.Ffree)},
	}}, nil
}

// begin checks what every call has, and keeps others away from the volume until the call is done.
func (n *node) begin(handle, path string) (func(), error) {
	if err := checkHandle("handle of a volume", handle); err != nil {
		return nil, err
	}
	if path == "" {
		return nil, status.Error(codes.InvalidArgument, "the path is missing")
	}
	return n.busy.take(handle)
}
