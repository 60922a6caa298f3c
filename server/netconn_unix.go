//go:build unix

package server

import "syscall"

// canTryWrite says that sockets are non-blocking and tryWrite works on them.
const canTryWrite = true

// tryWrite writes what the kernel takes of p now.
func tryWrite(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), p)
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, nil
		}
		return max(n, 0), err
	}
}
