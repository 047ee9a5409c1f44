package main

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestBusy(t *testing.T) {
	var busy busy
	done, err := busy.take("volume", "snapshot")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := busy.take("other", "volume"); status.Code(err) != codes.Aborted {
		t.Errorf("a second call on the volume: %v", err)
	}
	other, err := busy.take("other")
	if err != nil {
		t.Errorf("a call that was turned away holds nothing: %v", err)
	}
	other()
	done()
	if _, err := busy.take("volume"); err != nil {
		t.Errorf("after the end of the first: %v", err)
	}
}
