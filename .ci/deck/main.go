// decK as a program of this repository: `go install github.com/kong/deck` refuses, because decK's go.mod replaces modules.
package main

import (
	"context"

	"github.com/kong/deck/cmd"
)

func main() { cmd.Execute(context.Background()) }
