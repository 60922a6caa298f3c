// Command program does what a lean program must still do: it is built for the
// browser and run twice, as it was built and lean.
package main

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
)

type node struct {
	left, right *node
	text        string
}

func grow(depth int) *node {
	if depth == 0 {
		return nil
	}
	return &node{grow(depth - 1), grow(depth - 1), strings.Repeat("x", depth)}
}

func (n *node) size() int {
	if n == nil {
		return 0
	}
	return 1 + n.left.size() + n.right.size()
}

// deep grows the stack, with pointers on it, so that it is copied.
func deep(n int, kept *node) int {
	if n == 0 {
		runtime.GC()
		return kept.size()
	}
	var here [16]*node
	here[n%16] = kept
	return deep(n-1, here[n%16])
}

func recovered(f func()) (said any) {
	defer func() { said = recover() }()
	f()
	return nil
}

func named() string {
	pc := make([]uintptr, 8)
	frames := runtime.CallersFrames(pc[:runtime.Callers(1, pc)])
	var names []string
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "main.") {
			names = append(names, frame.Function)
		}
		if !more {
			return strings.Join(names, " ")
		}
	}
}

func main() {
	var group sync.WaitGroup
	sums := make(chan int, 20)
	for i := range 20 {
		group.Go(func() {
			for range 20 {
				grow(10) // rubbish
			}
			sums <- deep(200*i, grow(8))
		})
	}
	group.Wait()
	close(sums)
	total := 0
	for n := range sums {
		total += n
	}
	fmt.Println(total, named(), func() string { return named() }())
	fmt.Println(recovered(func() { var m map[string]int; m["x"] = 1 }), recovered(func() { panic(errors.New("mine")) }))
	fmt.Println(recovered(func() { var list []int; _ = list[len(sums)] }))
	fmt.Println(slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2})))
	panic("the end")
}
