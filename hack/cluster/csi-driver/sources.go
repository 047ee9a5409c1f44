package main

import (
	"context"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

const snapshotGroup = "snapshot.storage.k8s.io"

// sources finds what a claim is to be filled with.
type sources struct {
	client  kubernetes.Interface
	dynamic dynamic.Interface
}

// contentOf gives nil for a claim that is to be empty. What is not ready yet is an Unavailable error: the claim is tried again.
func (s sources) contentOf(ctx context.Context, claim *core.PersistentVolumeClaim) (*csi.VolumeContentSource, error) {
	source := claim.Spec.DataSource
	if source == nil {
		return nil, nil
	}
	group := ""
	if source.APIGroup != nil {
		group = *source.APIGroup
	}
	switch {
	case group == snapshotGroup && source.Kind == "VolumeSnapshot":
		return s.ofSnapshot(ctx, claim.Namespace, source.Name)
	case group == "" && source.Kind == "PersistentVolumeClaim":
		return s.ofClaim(ctx, claim.Namespace, source.Name)
	}
	return nil, status.Errorf(codes.InvalidArgument, "a volume cannot be filled from a %s of group %q", source.Kind, group)
}

func (s sources) ofSnapshot(ctx context.Context, namespace, name string) (*csi.VolumeContentSource, error) {
	snapshot, err := s.get(ctx, "volumesnapshots", namespace, name)
	if err != nil {
		return nil, err
	}
	ready, _, _ := unstructured.NestedBool(snapshot.Object, "status", "readyToUse")
	contentName, _, _ := unstructured.NestedString(snapshot.Object, "status", "boundVolumeSnapshotContentName")
	if !ready || contentName == "" || snapshot.GetDeletionTimestamp() != nil {
		return nil, status.Errorf(codes.Unavailable, "snapshot %s is not ready", name)
	}
	content, err := s.get(ctx, "volumesnapshotcontents", "", contentName)
	if err != nil {
		return nil, err
	}
	// Both name each other, or somebody claims a snapshot of another namespace.
	owner, _, _ := unstructured.NestedString(content.Object, "spec", "volumeSnapshotRef", "uid")
	driver, _, _ := unstructured.NestedString(content.Object, "spec", "driver")
	handle, _, _ := unstructured.NestedString(content.Object, "status", "snapshotHandle")
	if owner != string(snapshot.GetUID()) || driver != driverName || handle == "" {
		return nil, status.Errorf(codes.InvalidArgument, "snapshot %s is not one of this driver's", name)
	}
	one := &csi.VolumeContentSource_SnapshotSource{SnapshotId: handle}
	return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Snapshot{Snapshot: one}}, nil
}

func (s sources) ofClaim(ctx context.Context, namespace, name string) (*csi.VolumeContentSource, error) {
	claim, err := s.client.CoreV1().PersistentVolumeClaims(namespace).Get(ctx, name, meta.GetOptions{})
	if err != nil {
		return nil, err
	}
	if claim.Status.Phase != core.ClaimBound {
		return nil, status.Errorf(codes.Unavailable, "claim %s is not bound", name)
	}
	volume, err := s.client.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, meta.GetOptions{})
	if err != nil {
		return nil, err
	}
	if volume.Spec.CSI == nil || volume.Spec.CSI.Driver != driverName {
		return nil, status.Errorf(codes.InvalidArgument, "the volume of claim %s is not one of this driver's", name)
	}
	one := &csi.VolumeContentSource_VolumeSource{VolumeId: volume.Spec.CSI.VolumeHandle}
	return &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Volume{Volume: one}}, nil
}

func (s sources) get(ctx context.Context, resource, namespace, name string) (*unstructured.Unstructured, error) {
	kind := schema.GroupVersionResource{Group: snapshotGroup, Version: "v1", Resource: resource}
	return s.dynamic.Resource(kind).Namespace(namespace).Get(ctx, name, meta.GetOptions{})
}
