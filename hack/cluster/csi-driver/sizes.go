package main

import (
	"regexp"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	mebibyte = 1 << 20
	// The least that mkfs.xfs makes something useful of. A volume may be larger than asked, never smaller.
	smallest = 32 * mebibyte
	// Asked for nothing, a volume gets this.
	usual = 1 << 30
)

// sizeFor gives the bytes of a new or grown volume: what is required in whole mebibytes, at least `least`, at most the limit.
func sizeFor(asked *csi.CapacityRange, least int64) (int64, error) {
	required, limit := asked.GetRequiredBytes(), asked.GetLimitBytes()
	if required < 0 || limit < 0 || (limit > 0 && required > limit) {
		return 0, status.Errorf(codes.InvalidArgument, "a capacity of at least %d and at most %d bytes makes no sense", required, limit)
	}
	if required > poolSize {
		return 0, status.Errorf(codes.OutOfRange, "%d bytes are more than the pool has: %d", required, int64(poolSize))
	}
	if required == 0 {
		required = usual
		if limit > 0 {
			required = min(limit, usual)
		}
	}
	size := max(whole(required), least)
	if limit > 0 && size > limit {
		return 0, status.Errorf(codes.OutOfRange, "the volume would have %d bytes, which is above the limit of %d", size, limit)
	}
	return size, nil
}

func whole(bytes int64) int64 { return (bytes + mebibyte - 1) / mebibyte * mebibyte }

var handlePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,126}[a-z0-9])?$`)

// checkHandle: handles are names of files, so nothing else may be one.
func checkHandle(kind, handle string) error {
	if handle == "" {
		return status.Errorf(codes.InvalidArgument, "the %s is missing", kind)
	}
	if !handlePattern.MatchString(handle) {
		return status.Errorf(codes.InvalidArgument, "%q is no %s: small letters, digits, hyphens and dots", handle, kind)
	}
	return nil
}
