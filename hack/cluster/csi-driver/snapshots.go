package main

import (
	"context"
	"errors"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// CreateSnapshot keeps a volume as it is on its disk at this moment. What a program wrote and did not yet sync is not in it: so it is with the
// network disks of clouds.
func (c *controller) CreateSnapshot(_ context.Context, request *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	handle, source := request.GetName(), request.GetSourceVolumeId()
	if err := errors.Join(checkHandle("name of a snapshot", handle), checkHandle("handle of a volume", source)); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	done, err := c.busy.take(handle, source)
	if err != nil {
		return nil, err
	}
	defer done()

	found, err := c.images.find(snapshots, handle)
	if errors.Is(err, os.ErrNotExist) {
		volume, missing := c.images.find(volumes, source)
		if missing != nil {
			return nil, missing
		}
		if err := c.images.clone(snapshots, handle, volume, source, volume.size); err != nil {
			return nil, err
		}
		found, err = c.images.find(snapshots, handle)
	}
	if err != nil {
		return nil, err
	}
	if found.source != source {
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %s is there, of volume %s", handle, found.source)
	}
	return &csi.CreateSnapshotResponse{Snapshot: &csi.Snapshot{
		SnapshotId:     handle,
		SourceVolumeId: source,
		SizeBytes:      found.size,
		CreationTime:   timestamppb.New(found.made),
		ReadyToUse:     true,
	}}, nil
}

// DeleteSnapshot touches no volume that was made of it.
func (c *controller) DeleteSnapshot(_ context.Context, request *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	if err := checkHandle("handle of a snapshot", request.GetSnapshotId()); err != nil {
		return nil, err
	}
	done, err := c.busy.take(request.GetSnapshotId())
	if err != nil {
		return nil, err
	}
	defer done()
	return &csi.DeleteSnapshotResponse{}, c.images.remove(snapshots, request.GetSnapshotId())
}
