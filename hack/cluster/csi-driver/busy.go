package main

import (
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// busy holds the handles that a call works on. Callers repeat a call that takes long: the second one is turned away, as CSI asks.
type busy struct {
	mutex   sync.Mutex
	handles map[string]bool
}

// take gives the function that ends the work on all of the handles.
func (b *busy) take(handles ...string) (func(), error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, handle := range handles {
		if b.handles[handle] {
			return nil, status.Errorf(codes.Aborted, "another call works on %s", handle)
		}
	}
	if b.handles == nil {
		b.handles = map[string]bool{}
	}
	for _, handle := range handles {
		b.handles[handle] = true
	}
	return func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		for _, handle := range handles {
			delete(b.handles, handle)
		}
	}, nil
}
