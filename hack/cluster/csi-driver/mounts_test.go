package main

import "testing"

func TestSourceOf(t *testing.T) {
	table := `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
90 22 7:1 / /var/lib/csi-pool rw,relatime shared:2 master:3 - xfs /dev/loop1 rw,nouuid
91 22 7:2 / /var/lib/with\040space rw - xfs /dev/loop2 rw
92 22 7:3 / /var/lib/csi-pool rw - xfs /dev/loop3 rw
`
	for folder, source := range map[string]string{
		"/":                   "/dev/vda",
		"/var/lib/csi-pool":   "/dev/loop3",
		"/var/lib/with space": "/dev/loop2",
		"/var/lib":            "",
		"/var/lib/csi":        "",
	} {
		if found := sourceOf(table, folder); found != source {
			t.Errorf("%s: %q", folder, found)
		}
	}
}
