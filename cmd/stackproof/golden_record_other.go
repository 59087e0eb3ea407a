//go:build !linux

package main

import (
	"context"
	"errors"
	"io"
)

var errNoNamespaces = errors.New("golden record: network namespaces exist on Linux only")

func listScenarios(io.Writer) error { return errNoNamespaces }

func recordScenarios(context.Context, []string, string, io.Writer) error { return errNoNamespaces }
