package main

import (
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	core "k8s.io/api/core/v1"
)

func TestAffinityFor(t *testing.T) {
	for _, parameters := range []map[string]string{nil, {"topology": "network"}} {
		if affinity, err := affinityFor(parameters, "node-1"); affinity != nil || err != nil {
			t.Errorf("%v: %v, %v", parameters, affinity, err)
		}
	}
	affinity, err := affinityFor(map[string]string{"topology": "node"}, "node-1")
	if err != nil {
		t.Fatal(err)
	}
	here := affinity.Required.NodeSelectorTerms[0].MatchExpressions[0]
	if here.Key != core.LabelHostname || len(here.Values) != 1 || here.Values[0] != "node-1" {
		t.Errorf("%v", here)
	}
	for _, parameters := range []map[string]string{{"topology": "zone"}, {"size": "1"}} {
		if _, err := affinityFor(parameters, "node-1"); err == nil {
			t.Errorf("%v is taken", parameters)
		}
	}
	if _, err := affinityFor(map[string]string{"topology": "node"}, ""); err == nil {
		t.Error("without a node there is nothing to bind a volume to")
	}
}

func TestCapabilities(t *testing.T) {
	block := core.PersistentVolumeBlock
	for _, one := range []struct {
		mode  core.PersistentVolumeAccessMode
		kind  *core.PersistentVolumeMode
		taken bool
	}{
		{mode: core.ReadWriteOnce, taken: true},
		{mode: core.ReadWriteOncePod, taken: true},
		{mode: core.ReadOnlyMany, taken: true},
		{mode: core.ReadWriteMany},
		{mode: core.ReadWriteOnce, kind: &block},
	} {
		claim := &core.PersistentVolumeClaim{Spec: core.PersistentVolumeClaimSpec{
			AccessModes: []core.PersistentVolumeAccessMode{one.mode},
			VolumeMode:  one.kind,
		}}
		if err := checkCapabilities(capabilitiesOf(claim)); (err == nil) != one.taken {
			t.Errorf("%s %v: %v", one.mode, one.kind, err)
		}
	}
	if err := checkCapabilities([]*csi.VolumeCapability{}); err == nil {
		t.Error("no capabilities are taken")
	}
}
