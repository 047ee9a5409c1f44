package main

import (
	"context"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// The pool stands for the storage system behind network disks: one file, shared by all machines of the cluster, with an XFS in it.
// XFS clones files: a snapshot is a clone of a volume's image, whole as of one moment while the volume is written to, and takes no room
// until either changes. So nothing has to stop the writers, and nobody who dies in the middle leaves them stopped.
type pool struct {
	// The file that holds the pool.
	disk string
	// Where it is mounted, in this machine's own namespace.
	root string
}

// Sparse: it is the most that all volumes and snapshots can take together.
const poolSize = 256 << 30

// mount makes the pool if it is not there, and mounts it if it is not mounted. All machines may do so at once: they take turns.
func (p pool) mount(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(p.disk), 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(p.disk+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return err
	}
	if _, err := os.Stat(p.disk); os.IsNotExist(err) {
		if err := p.make(ctx); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return mountImage(ctx, p.disk, p.root)
}

func (p pool) make(ctx context.Context) error {
	partial := p.disk + ".partial"
	if err := makeSparse(partial, poolSize); err != nil {
		return err
	}
	// Its log is written in full when it is made: the smallest one will do.
	if _, err := run(ctx, "mkfs.xfs", "-q", "-f", "-m", "reflink=1", "-l", "size=64m", partial); err != nil {
		return err
	}
	return os.Rename(partial, p.disk)
}

// makeSparse makes an empty file of a size that takes no room; one that was there is lost.
func makeSparse(path string, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Truncate(size)
}
