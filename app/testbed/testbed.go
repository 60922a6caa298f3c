//go:build !js

package testbed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Command is what runs a server: the first words of its command line. To them
// come --addr, --data and what Options.Args say. It prints a line with its
// address, or the setup link, when it is ready.
type Command []string

// readyTime is how long a server may take to print its line.
const readyTime = time.Minute

// Server is a server process on a data folder of its own.
type Server struct {
	command Command
	Addr    string // host:port, the same after a restart
	Data    string // folder
	stderr  io.Writer

	process *exec.Cmd
	ended   chan struct{} // closed when the process ended
	link    string        // the first line it printed
}

// Start runs a server on a new folder and a free port.
func Start(ctx context.Context, c Command, stderr io.Writer) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	data, err := os.MkdirTemp("", "hubbub-")
	if err := errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	s := &Server{command: c, Addr: addr, Data: data, stderr: stderr}
	if err := s.Run(ctx); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

// Run starts the process, again after Kill, and waits until it is ready.
func (s *Server) Run(ctx context.Context) error {
	args := append(append([]string{}, s.command[1:]...), "--addr", s.Addr, "--data", s.Data)
	s.process = exec.Command(s.command[0], args...)
	s.process.Stderr = s.stderr
	stdout, err := s.process.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	s.ended = make(chan struct{})
	line := make(chan string, 1)
	go s.watch(stdout, line, s.ended)
	select {
	case s.link = <-line:
		return nil
	case <-s.ended:
		return errors.New("the server ended before it was ready")
	case <-ctx.Done():
		return errors.Join(ctx.Err(), s.Kill())
	case <-time.After(readyTime):
		return errors.Join(errors.New("the server does not become ready"), s.Kill())
	}
}

// watch reads what the process prints until it ends.
func (s *Server) watch(stdout io.Reader, line chan<- string, ended chan<- struct{}) {
	defer close(ended)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		select {
		case line <- lines.Text():
		default:
		}
	}
	_ = s.process.Wait() // killed, mostly
}

// Kill ends the process at once, as a crash does, and waits for its end.
func (s *Server) Kill() error {
	err := s.process.Process.Kill()
	<-s.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Remove deletes the data folder, after Kill.
func (s *Server) Remove() error { return os.RemoveAll(s.Data) }

// SetupToken is what lets its bearer become the owner; "" when there is one.
func (s *Server) SetupToken() string {
	_, token, _ := strings.Cut(s.link, "token=")
	return token
}
