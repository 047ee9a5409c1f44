package main

import (
	"context"
	"fmt"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	library "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Parameter of a StorageClass: "node" binds each volume to the node that its pod was first scheduled to, as a local disk is. Otherwise
// ("network") every node can mount it.
const topologyParameter = "topology"

// provisioner makes a volume for each claim of the driver's classes: what external-provisioner does elsewhere.
type provisioner struct {
	controller *controller
	sources    sources
}

// startProvisioner works until the context ends.
func startProvisioner(ctx context.Context, controller *controller, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	dynamicClient, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	work := library.NewProvisionController(ctx, client, driverName, provisioner{controller, sources{client, dynamicClient}},
		library.LeaderElection(false),
		library.ProvisionTimeout(2*commandTakes),
		library.DeletionTimeout(commandTakes),
		// A claim whose snapshot is not ready yet, or a storm of them, is tried again soon.
		library.RetryIntervalMax(15*time.Second),
	)
	go work.Run(ctx)
	return nil
}

func (p provisioner) Provision(ctx context.Context, options library.ProvisionOptions) (*core.PersistentVolume, library.ProvisioningState, error) {
	volume, err := p.provision(ctx, options)
	switch status.Code(err) {
	case codes.Aborted, codes.DeadlineExceeded, codes.Canceled:
		return nil, library.ProvisioningInBackground, err
	}
	return volume, library.ProvisioningFinished, err
}

func (p provisioner) provision(ctx context.Context, options library.ProvisionOptions) (*core.PersistentVolume, error) {
	affinity, err := affinityFor(options.StorageClass.Parameters, options.SelectedNodeName)
	if err != nil {
		return nil, err
	}
	if options.PVC.Spec.Selector != nil {
		return nil, status.Error(codes.InvalidArgument, "claims with a selector are not provisioned")
	}
	source, err := p.sources.contentOf(ctx, options.PVC)
	if err != nil {
		return nil, err
	}
	asked := options.PVC.Spec.Resources
	made, err := p.controller.CreateVolume(ctx, &csi.CreateVolumeRequest{
		Name:                options.PVName,
		CapacityRange:       &csi.CapacityRange{RequiredBytes: asked.Requests.Storage().Value(), LimitBytes: asked.Limits.Storage().Value()},
		VolumeCapabilities:  capabilitiesOf(options.PVC),
		VolumeContentSource: source,
	})
	if err != nil {
		return nil, withCode(err)
	}
	mode := core.PersistentVolumeFilesystem
	capacity := *resource.NewQuantity(made.GetVolume().GetCapacityBytes(), resource.BinarySI)
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: options.PVName},
		Spec: core.PersistentVolumeSpec{
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: capacity},
			MountOptions:                  options.StorageClass.MountOptions,
			NodeAffinity:                  affinity,
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			VolumeMode:                    &mode,
			PersistentVolumeSource: core.PersistentVolumeSource{CSI: &core.CSIPersistentVolumeSource{
				Driver:       driverName,
				VolumeHandle: made.GetVolume().GetVolumeId(),
				FSType:       "xfs",
			}},
		},
	}, nil
}

func (p provisioner) Delete(ctx context.Context, volume *core.PersistentVolume) error {
	if volume.Spec.CSI == nil || volume.Spec.CSI.Driver != driverName {
		return &library.IgnoredError{Reason: "another driver made it"}
	}
	_, err := p.controller.DeleteVolume(ctx, &csi.DeleteVolumeRequest{VolumeId: volume.Spec.CSI.VolumeHandle})
	return err
}

func capabilitiesOf(claim *core.PersistentVolumeClaim) []*csi.VolumeCapability {
	var all []*csi.VolumeCapability
	for _, mode := range claim.Spec.AccessModes {
		one := &csi.VolumeCapability{AccessMode: &csi.VolumeCapability_AccessMode{Mode: accessModes[mode]}}
		if claim.Spec.VolumeMode != nil && *claim.Spec.VolumeMode == core.PersistentVolumeBlock {
			one.AccessType = &csi.VolumeCapability_Block{Block: &csi.VolumeCapability_BlockVolume{}}
		} else {
			one.AccessType = &csi.VolumeCapability_Mount{Mount: &csi.VolumeCapability_MountVolume{FsType: "xfs"}}
		}
		all = append(all, one)
	}
	return all
}

var accessModes = map[core.PersistentVolumeAccessMode]csi.VolumeCapability_AccessMode_Mode{
	core.ReadWriteOnce:    csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
	core.ReadWriteOncePod: csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
	core.ReadOnlyMany:     csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY,
	core.ReadWriteMany:    csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER,
}

func affinityFor(parameters map[string]string, node string) (*core.VolumeNodeAffinity, error) {
	for key := range parameters {
		if key != topologyParameter {
			return nil, status.Errorf(codes.InvalidArgument, "the StorageClass has a parameter %q: there is only %q", key, topologyParameter)
		}
	}
	switch topology := parameters[topologyParameter]; topology {
	case "", "network":
		return nil, nil
	case "node":
		if node == "" {
			return nil, fmt.Errorf("a StorageClass with %s: node needs volumeBindingMode WaitForFirstConsumer", topologyParameter)
		}
		here := core.NodeSelectorRequirement{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{node}}
		return &core.VolumeNodeAffinity{Required: &core.NodeSelector{
			NodeSelectorTerms: []core.NodeSelectorTerm{{MatchExpressions: []core.NodeSelectorRequirement{here}}},
		}}, nil
	default:
		return nil, status.Errorf(codes.InvalidArgument, "%s is %q: network or node", topologyParameter, topology)
	}
}
