// Command webhook reads manifests from its standard input and says what Knative would say of them: unknown fields as the API
// server refuses them, everything else by the code of Knative's own admission webhooks, defaults first. It judges objects of
// Knative and passes over all others. Exit code 1 when something is refused.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	eventing "knative.dev/eventing/pkg/apis/eventing/v1"
	"knative.dev/eventing/pkg/apis/feature"
	sources "knative.dev/eventing/pkg/apis/sources/v1"
	"knative.dev/pkg/apis"
	serving "knative.dev/serving/pkg/apis/serving/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// An object of Knative, as the webhook sees it.
type object interface {
	apis.Defaultable
	apis.Validatable
}

var kinds = map[schema.GroupVersionKind]func() object{
	serving.SchemeGroupVersion.WithKind("Service"):     func() object { return &serving.Service{} },
	eventing.SchemeGroupVersion.WithKind("Broker"):     func() object { return &eventing.Broker{} },
	eventing.SchemeGroupVersion.WithKind("Trigger"):    func() object { return &eventing.Trigger{} },
	sources.SchemeGroupVersion.WithKind("PingSource"):  func() object { return &sources.PingSource{} },
	sources.SchemeGroupVersion.WithKind("SinkBinding"): func() object { return &sources.SinkBinding{} },
}

// What is read of an object before its kind is known.
type header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name string `json:"name"`
	} `json:"metadata"`
}

func main() {
	judged, refused, err := judge(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "webhook:", err)
		os.Exit(2)
	}
	if refused > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d objects accepted by Knative's webhooks\n", judged)
}

// judge prints what is refused and counts what it looked at.
func judge(input io.Reader) (judged, refused int, err error) {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(input))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return judged, refused, nil
		}
		if err != nil {
			return judged, refused, err
		}
		known, why := admit(document)
		if known {
			judged++
		}
		if why != nil {
			refused++
			fmt.Println(why)
		}
	}
}

// admit says whether the object is Knative's, and why it is refused.
func admit(document []byte) (bool, error) {
	var head header
	if err := yaml.Unmarshal(document, &head); err != nil {
		return true, err
	}
	empty, known := kinds[schema.FromAPIVersionAndKind(head.APIVersion, head.Kind)]
	if !known {
		return false, nil
	}
	title := head.Kind + " " + head.Metadata.Name
	made := empty()
	if err := decode(document, made); err != nil {
		return true, fmt.Errorf("%s: %w", title, err)
	}
	features, err := feature.NewFlagsConfigFromMap(nil)
	if err != nil {
		return true, err
	}
	ctx := apis.WithinCreate(feature.ToContext(context.Background(), features))
	made.SetDefaults(ctx)
	if err := made.Validate(ctx).Filter(apis.ErrorLevel); err != nil {
		return true, fmt.Errorf("%s: %w", title, err)
	}
	return true, nil
}

// decode refuses fields that are unknown or written with other capitals, as the API server does.
func decode(document []byte, into object) error {
	text, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return err
	}
	strict, err := json.UnmarshalStrict(text, into)
	return errors.Join(append(strict, err)...)
}
