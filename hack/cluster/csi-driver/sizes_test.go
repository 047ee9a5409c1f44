package main

import (
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestSizeFor(t *testing.T) {
	for _, one := range []struct {
		name                   string
		required, limit, least int64
		size                   int64
		code                   codes.Code
	}{
		{name: "nothing is asked", least: smallest, size: usual},
		{name: "nothing but a limit", limit: 100 * mebibyte, least: smallest, size: 100 * mebibyte},
		{name: "whole mebibytes", required: 100*mebibyte - 1, least: smallest, size: 100 * mebibyte},
		{name: "less than a file system needs", required: 1, least: smallest, size: smallest},
		{name: "less than what it is restored of", required: 100 * mebibyte, least: 200 * mebibyte, size: 200 * mebibyte},
		{name: "the limit is kept", required: 1, limit: mebibyte, least: smallest, code: codes.OutOfRange},
		{name: "a limit below what is required", required: 2, limit: 1, code: codes.InvalidArgument},
		{name: "below zero", required: -1, code: codes.InvalidArgument},
		{name: "more than the pool has", required: poolSize + 1, code: codes.OutOfRange},
	} {
		t.Run(one.name, func(t *testing.T) {
			size, err := sizeFor(&csi.CapacityRange{RequiredBytes: one.required, LimitBytes: one.limit}, one.least)
			if size != one.size || status.Code(err) != one.code {
				t.Errorf("%d bytes, %v", size, err)
			}
		})
	}
}

func TestCheckHandle(t *testing.T) {
	for handle, code := range map[string]codes.Code{
		"pvc-2b3c0a7e-0000": codes.OK,
		"snapshot.1":        codes.OK,
		"":                  codes.InvalidArgument,
		"../etc":            codes.InvalidArgument,
		"a/b":               codes.InvalidArgument,
		"..":                codes.InvalidArgument,
		"A":                 codes.InvalidArgument,
	} {
		if err := checkHandle("handle", handle); status.Code(err) != code {
			t.Errorf("%q: %v", handle, err)
		}
	}
}
