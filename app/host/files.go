//go:build !js

package host

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// filesFolder is where the bytes of files are, in the data folder.
const filesFolder = "files"

// fileSettings bound what people upload.
type fileSettings struct{ limit, quota size }

func (f *fileSettings) define(set *flag.FlagSet) {
	f.limit, f.quota = 100<<20, 5<<30
	set.Var(&f.limit, "file-limit", "")
	set.Var(&f.quota, "file-quota", "")
}

// size is a number of bytes, as people write it: 500MB.
type size int64

// units from the smallest one; each is 1024 of the one before.
const units = "KMGT"

// Set implements flag.Value.
func (s *size) Set(text string) error {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(text)), "B"), "I")
	factor := 1.0
	if n := len(number); n > 0 {
		if i := strings.IndexByte(units, number[n-1]); i >= 0 {
			number = strings.TrimSpace(number[:n-1])
			factor = float64(int64(1) << (10 * (i + 1)))
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0) || n*factor > 1<<50 {
		return fmt.Errorf("%q is no size: give a number and a unit, like 500MB or 5GB", text)
	}
	*s = size(n * factor)
	return nil
}

// String implements flag.Value.
func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }
