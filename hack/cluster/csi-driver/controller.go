package main

import (
	"context"
	"errors"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// controller makes, grows and removes volumes: see ControllerServer of the CSI specification.
type controller struct {
	csi.UnimplementedControllerServer
	images images
	busy   busy
}

func (*controller) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	answer := &csi.ControllerGetCapabilitiesResponse{}
	for _, one := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_CLONE_VOLUME,
		csi.ControllerServiceCapability_RPC_EXPAND_VOLUME,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
	} {
		rpc := &csi.ControllerServiceCapability_RPC{Type: one}
		answer.Capabilities = append(answer.Capabilities, &csi.ControllerServiceCapability{Type: &csi.ControllerServiceCapability_Rpc{Rpc: rpc}})
	}
	return answer, nil
}

// CreateVolume makes an empty volume, or one with the content of a snapshot or of another volume. The name is the handle.
func (c *controller) CreateVolume(ctx context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	handle := request.GetName()
	if err := checkHandle("name of a volume", handle); err != nil {
		return nil, err
	}
	if err := checkCapabilities(request.GetVolumeCapabilities()); err != nil {
		return nil, err
	}
	done, err := c.busy.take(handle)
	if err != nil {
		return nil, err
	}
	defer done()

	found, err := c.images.find(volumes, handle)
	if errors.Is(err, os.ErrNotExist) {
		err = c.makeVolume(ctx, handle, request)
		if err != nil {
			return nil, err
		}
		found, err = c.images.find(volumes, handle)
	}
	if err != nil {
		return nil, err
	}
	_, source := sourceVolume(request.GetVolumeContentSource())
	wanted, limit := request.GetCapacityRange().GetRequiredBytes(), request.GetCapacityRange().GetLimitBytes()
	if found.size < wanted || (limit > 0 && found.size > limit) || found.source != source {
		return nil, status.Errorf(codes.AlreadyExists, "volume %s is there with %d bytes and the content of %q", handle, found.size, found.source)
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId:      handle,
		CapacityBytes: found.size,
		ContentSource: request.GetVolumeContentSource(),
	}}, nil
}

func (c *controller) makeVolume(ctx context.Context, handle string, request *csi.CreateVolumeRequest) error {
	folder, source := sourceVolume(request.GetVolumeContentSource())
	if source == "" {
		size, err := sizeFor(request.GetCapacityRange(), smallest)
		if err != nil {
			return err
		}
		return c.images.format(ctx, handle, size)
	}
	if err := checkHandle("handle of a source", source); err != nil {
		return err
	}
	from, err := c.images.find(folder, source)
	if err != nil {
		return err
	}
	// external-provisioner refuses this too, so claims see it everywhere.
	if required := request.GetCapacityRange().GetRequiredBytes(); required > 0 && required < from.size {
		return status.Errorf(codes.InvalidArgument, "requested volume size %d is less than the size %d of its source %s", required, from.size, source)
	}
	size, err := sizeFor(request.GetCapacityRange(), from.size)
	if err != nil {
		return err
	}
	return c.images.clone(volumes, handle, from, source, size)
}

// sourceVolume gives the folder and the handle of what a new volume is to contain; no handle: nothing.
func sourceVolume(source *csi.VolumeContentSource) (string, string) {
	if snapshot := source.GetSnapshot(); snapshot != nil {
		return snapshots, snapshot.GetSnapshotId()
	}
	return volumes, source.GetVolume().GetVolumeId()
}

func (c *controller) DeleteVolume(_ context.Context, request *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	if err := checkHandle("handle of a volume", request.GetVolumeId()); err != nil {
		return nil, err
	}
	done, err := c.busy.take(request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	defer done()
	return &csi.DeleteVolumeResponse{}, c.images.remove(volumes, request.GetVolumeId())
}

func (c *controller) ValidateVolumeCapabilities(_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if err := checkHandle("handle of a volume", request.GetVolumeId()); err != nil {
		return nil, err
	}
	if _, err := c.images.find(volumes, request.GetVolumeId()); err != nil {
		return nil, err
	}
	if err := checkCapabilities(request.GetVolumeCapabilities()); err != nil {
		return &csi.ValidateVolumeCapabilitiesResponse{Message: err.Error()}, nil
	}
	confirmed := &csi.ValidateVolumeCapabilitiesResponse_Confirmed{VolumeCapabilities: request.GetVolumeCapabilities()}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: confirmed}, nil
}

// ControllerExpandVolume makes room; the node then grows the file system into it.
func (c *controller) ControllerExpandVolume(_ context.Context, request *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	if err := checkHandle("handle of a volume", request.GetVolumeId()); err != nil {
		return nil, err
	}
	done, err := c.busy.take(request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	defer done()
	volume, err := c.images.find(volumes, request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	size, err := sizeFor(request.GetCapacityRange(), volume.size)
	if err != nil {
		return nil, err
	}
	if err := c.images.grow(volume.path, size); err != nil {
		return nil, err
	}
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: size, NodeExpansionRequired: true}, nil
}

// checkCapabilities: volumes are file systems that one node writes to at a time.
func checkCapabilities(asked []*csi.VolumeCapability) error {
	if len(asked) == 0 {
		return status.Error(codes.InvalidArgument, "the capabilities of the volume are missing")
	}
	for _, one := range asked {
		if one.GetMount() == nil {
			return status.Error(codes.InvalidArgument, "volumes are file systems, not block devices")
		}
		if kind := one.GetMount().GetFsType(); kind != "" && kind != "xfs" {
			return status.Errorf(codes.InvalidArgument, "volumes have an XFS, not %s", kind)
		}
		switch one.GetAccessMode().GetMode() {
		case csi.VolumeCapability_AccessMode_MULTI_NODE_SINGLE_WRITER, csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER:
			return status.Error(codes.InvalidArgument, "one node at a time writes to a volume")
		}
	}
	return nil
}
