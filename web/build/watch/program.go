package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// patience is how long Hubbub may take to stop before it is killed.
const patience = 15 * time.Second

// program is Hubbub as it runs now, if it does.
type program struct {
	args []string
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
}

// renew builds Hubbub and starts it in place of the running one. When it does
// not build, that one goes on.
func (p *program) renew(ctx context.Context) {
	began := time.Now()
	binary := "bin/hubbub-dev"
	if runtime.GOOS == "windows" {
		// A running program's file cannot be replaced there.
		p.stop()
		binary += ".exe"
	}
	for _, step := range [][]string{
		{"go", "run", "./web/build", "-fast"},
		{"go", "build", "-o", binary, "."},
	} {
		cmd := exec.CommandContext(ctx, step[0], step[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			if ctx.Err() == nil {
				fmt.Println("== not built; waiting for the next change")
			}
			return
		}
	}
	p.stop()
	fmt.Printf("== built in %.1f s\n", time.Since(began).Seconds())
	if err := p.start(binary); err != nil {
		fmt.Println("== not started:", err)
	}
}

func (p *program) start(binary string) error {
	cmd := exec.Command(binary, p.args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.done = cmd, make(chan struct{})
	go func() {
		defer close(p.done)
		if err := cmd.Wait(); err != nil {
			fmt.Println("== hubbub ended:", err)
		}
	}()
	return nil
}

// stop ends the running Hubbub, if there is one, and waits until it is gone.
func (p *program) stop() {
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		_ = p.cmd.Process.Kill() // Windows knows no other way; or it has ended
	}
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	p.cmd = nil
}
