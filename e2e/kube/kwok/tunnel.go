// Package net takes the place of kwok's file pkg/utils/net/tunnel.go; see build.sh.
package net

import (
	"context"
	"errors"
	"io"
	"time"
)

const lastWords = time.Second

// Tunnel carries bytes both ways until one side has hung up, and a second more for the last words of the other.
//
// That is what containerd does in a port-forward. kwok itself waits until both sides have hung up, so the end of a
// process in the pod would go unnoticed for as long as the client is silent.
func Tunnel(ctx context.Context, c1, c2 io.ReadWriter, _, _ []byte) error {
	ended := make(chan error, 2)
	carry := func(to io.Writer, from io.Reader) {
		_, err := io.Copy(to, from) // with a buffer of its own: a pooled one may be given away while this still reads
		ended <- err
	}
	go carry(c2, c1)
	go carry(c1, c2)
	var first error
	select {
	case <-ctx.Done():
		return nil
	case first = <-ended:
	}
	select {
	case <-ctx.Done():
		return first
	case second := <-ended:
		return errors.Join(first, second)
	case <-time.After(lastWords):
		return first
	}
}
