package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// images are the files of the pool: a volume is one with an XFS in it, a snapshot is a clone of one. Each is made under another name and
// renamed when it is whole, so that what bears its own name is complete, whenever the process dies.
type images struct{ root string }

const (
	volumes   = "volumes"
	snapshots = "snapshots"
	unmade    = "unmade"
	// Extended attribute of a clone: the handle of the volume it was taken of.
	sourceAttribute = "user.orlop.source"
)

type image struct {
	path   string
	size   int64
	made   time.Time
	source string
}

// prepare makes the folders and clears what was not finished. Only one process makes images.
func (i images) prepare() error {
	if err := os.RemoveAll(filepath.Join(i.root, unmade)); err != nil {
		return err
	}
	for _, folder := range []string{volumes, snapshots, unmade} {
		if err := os.MkdirAll(filepath.Join(i.root, folder), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (i images) path(folder, handle string) string {
	return filepath.Join(i.root, folder, handle+".img")
}

// find gives an error that is os.ErrNotExist if there is none.
func (i images) find(folder, handle string) (image, error) {
	path := i.path(folder, handle)
	info, err := os.Stat(path)
	if err != nil {
		return image{}, err
	}
	source, err := attribute(path)
	return image{path: path, size: info.Size(), made: info.ModTime(), source: source}, err
}

// format makes a volume with an empty file system of that many bytes.
func (i images) format(ctx context.Context, handle string, size int64) error {
	return i.make(volumes, handle, func(path string) error {
		if err := makeSparse(path, size); err != nil {
			return err
		}
		// Below 300 MB mkfs.xfs wants to be told that it is meant.
		_, err := run(ctx, "mkfs.xfs", "-q", "-f", "--unsupported", path)
		return err
	})
}

// clone makes an image with the content of another one, of at least that many bytes. Its file system grows when it is mounted.
func (i images) clone(folder, handle string, from image, source string, size int64) error {
	return i.make(folder, handle, func(path string) error {
		original, err := os.Open(from.path)
		if err != nil {
			return err
		}
		defer original.Close()
		copied, err := os.Create(path)
		if err != nil {
			return err
		}
		defer copied.Close()
		if err := unix.IoctlFileClone(int(copied.Fd()), int(original.Fd())); err != nil {
			return &os.PathError{Op: "clone", Path: from.path, Err: err}
		}
		if err := unix.Fsetxattr(int(copied.Fd()), sourceAttribute, []byte(source), 0); err != nil {
			return &os.PathError{Op: "set attribute", Path: path, Err: err}
		}
		return growFile(copied, size)
	})
}

// grow makes an image larger: never smaller.
func (i images) grow(path string, size int64) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	return growFile(file, size)
}

// remove is done if there is none. A volume that is still mounted somewhere keeps its room until it is not.
func (i images) remove(folder, handle string) error {
	err := os.Remove(i.path(folder, handle))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func (i images) make(folder, handle string, fill func(path string) error) error {
	partial := i.path(unmade, folder+"-"+handle)
	if err := fill(partial); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return os.Rename(partial, i.path(folder, handle))
}

func growFile(file *os.File, size int64) error {
	info, err := file.Stat()
	if err != nil || info.Size() >= size {
		return err
	}
	return file.Truncate(size)
}

func attribute(path string) (string, error) {
	value := make([]byte, 256)
	length, err := unix.Getxattr(path, sourceAttribute, value)
	if errors.Is(err, unix.ENODATA) {
		return "", nil
	}
	if err != nil {
		return "", &os.PathError{Op: "get attribute", Path: path, Err: err}
	}
	return string(value[:length]), nil
}
