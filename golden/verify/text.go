package verify

import (
	"fmt"
	"strconv"
)

func decimal(n uint8) string { return strconv.Itoa(int(n)) }

func hex4(n uint16) string { return fmt.Sprintf("0x%04x", n) }
