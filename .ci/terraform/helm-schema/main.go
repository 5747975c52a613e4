// The schema of the provider helm 3.0 as far as terraform/cluster uses it, and nothing behind it: with this, terraform validate and
// terraform test know what a helm_release may say, on a machine where the provider cannot be had. It cannot apply anything.
package main

import (
	"context"
	"errors"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var errSchemaOnly = errors.New("this provider is a schema only; terraform init fetches the real one from registry.terraform.io")

type helm struct{}

func (helm) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName = "helm"
}

func (helm) Schema(_ context.Context, _ provider.SchemaRequest, answer *provider.SchemaResponse) {
	answer.Schema = providerschema.Schema{Attributes: map[string]providerschema.Attribute{
		"kubernetes": providerschema.SingleNestedAttribute{Optional: true, Attributes: map[string]providerschema.Attribute{
			"config_path":    providerschema.StringAttribute{Optional: true},
			"config_context": providerschema.StringAttribute{Optional: true},
		}},
	}}
}

func (helm) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (helm) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (helm) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return release{} }}
}

type release struct{}

func (release) Metadata(_ context.Context, _ resource.MetadataRequest, answer *resource.MetadataResponse) {
	answer.TypeName = "helm_release"
}

func (release) Schema(_ context.Context, _ resource.SchemaRequest, answer *resource.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":            schema.StringAttribute{Computed: true},
		"name":          schema.StringAttribute{Required: true},
		"chart":         schema.StringAttribute{Required: true},
		"namespace":     schema.StringAttribute{Optional: true},
		"repository":    schema.StringAttribute{Optional: true},
		"version":       schema.StringAttribute{Optional: true, Computed: true},
		"atomic":        schema.BoolAttribute{Optional: true},
		"wait_for_jobs": schema.BoolAttribute{Optional: true},
		"timeout":       schema.Int64Attribute{Optional: true},
		"values":        schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"set_sensitive": schema.ListNestedAttribute{Optional: true, NestedObject: schema.NestedAttributeObject{
			Attributes: map[string]schema.Attribute{
				"name":  schema.StringAttribute{Required: true},
				"value": schema.StringAttribute{Required: true, Sensitive: true},
				"type":  schema.StringAttribute{Optional: true},
			},
		}},
	}}
}

func (release) Create(_ context.Context, _ resource.CreateRequest, answer *resource.CreateResponse) {
	answer.Diagnostics.AddError("not helm", errSchemaOnly.Error())
}

func (release) Read(_ context.Context, _ resource.ReadRequest, answer *resource.ReadResponse) {
	answer.Diagnostics.AddError("not helm", errSchemaOnly.Error())
}

func (release) Update(_ context.Context, _ resource.UpdateRequest, answer *resource.UpdateResponse) {
	answer.Diagnostics.AddError("not helm", errSchemaOnly.Error())
}

func (release) Delete(_ context.Context, _ resource.DeleteRequest, answer *resource.DeleteResponse) {
	answer.Diagnostics.AddError("not helm", errSchemaOnly.Error())
}

func main() {
	serve := func() provider.Provider { return helm{} }
	if err := providerserver.Serve(context.Background(), serve, providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/helm"}); err != nil {
		log.Fatal(err)
	}
}
