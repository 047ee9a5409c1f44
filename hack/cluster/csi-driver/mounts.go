package main

import (
	"context"
	"os"
	"strings"
)

// mountedFrom gives the device that a folder is mounted from; "" if nothing is mounted there.
func mountedFrom(folder string) (string, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	return sourceOf(string(table), folder), nil
}

// sourceOf reads a table as proc_pid_mountinfo(5) describes it. What is mounted last on a folder is what is seen.
func sourceOf(table, folder string) string {
	source := ""
	for _, line := range strings.Split(table, "\n") {
		before, after, found := strings.Cut(line, " - ")
		fields, rest := strings.Fields(before), strings.Fields(after)
		if found && len(fields) > 4 && len(rest) > 1 && unescape.Replace(fields[4]) == folder {
			source = rest[1]
		}
	}
	return source
}

var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// mountImage mounts a file with an XFS in it, if nothing is mounted there yet. A file that is mounted elsewhere already, on another
// machine too, keeps its loop device, so both see one file system. The device goes with its last mount.
func mountImage(ctx context.Context, file, folder string, options ...string) error {
	source, err := mountedFrom(folder)
	if err != nil || source != "" {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	// A clone has the identity of what it was cloned from.
	all := append([]string{"loop", "nouuid"}, options...)
	_, err = run(ctx, "mount", "-t", "xfs", "-o", strings.Join(all, ","), file, folder)
	return err
}

// bind shows a mounted folder in another place, if nothing is mounted there yet.
func bind(ctx context.Context, folder, target string, options ...string) error {
	source, err := mountedFrom(target)
	if err != nil || source != "" {
		return err
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	_, err = run(ctx, "mount", "-o", strings.Join(append([]string{"bind"}, options...), ","), folder, target)
	return err
}

// unmount is done if nothing is mounted there.
func unmount(ctx context.Context, folder string) error {
	for {
		source, err := mountedFrom(folder)
		if err != nil || source == "" {
			return err
		}
		if _, err := run(ctx, "umount", folder); err != nil {
			return err
		}
	}
}
