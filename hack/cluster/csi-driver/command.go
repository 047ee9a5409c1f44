package main

import (
	"context"
	"os/exec"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// No program called here takes longer, even on a busy machine; kubelet gives a call two minutes.
const commandTakes = 60 * time.Second

// run gives what a program wrote. Its failure is an Internal error with all that it said.
func run(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTakes)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	// A child that holds the pipe open does not hold the call.
	command.WaitDelay = time.Second
	output, err := command.CombinedOutput()
	said := strings.TrimSpace(string(output))
	if ctx.Err() != nil {
		return said, status.Errorf(codes.DeadlineExceeded, "%s %s: %v: %s", program, strings.Join(args, " "), ctx.Err(), said)
	}
	if err != nil {
		return said, status.Errorf(codes.Internal, "%s %s: %v: %s", program, strings.Join(args, " "), err, said)
	}
	return said, nil
}
