// Command metrics-server is metrics-server 0.7 with the libraries of this Kubernetes instead of those of 1.29, so that they are compiled
// once. Of its own main only the options do not compile with them: these here take their place.
package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"
	core "k8s.io/api/core/v1"
	names "k8s.io/apiserver/pkg/endpoints/openapi"
	api "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/client-go/rest"
	"k8s.io/component-base/cli"
	metrics "sigs.k8s.io/metrics-server/pkg/api"
	openapi "sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
	"sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/server"
)

func main() {
	serving := options.NewSecureServingOptions().WithLoopback()
	authentication := options.NewDelegatingAuthenticationOptions()
	authorization := options.NewDelegatingAuthorizationOptions()
	var resolution, timeout time.Duration
	command := &cobra.Command{Use: "metrics-server", RunE: func(*cobra.Command, []string) error {
		config, err := apiConfig(serving, authentication, authorization)
		if err != nil {
			return err
		}
		return serve(config, resolution, timeout)
	}}
	flags := command.Flags()
	serving.AddFlags(flags)
	authentication.AddFlags(flags)
	authorization.AddFlags(flags)
	flags.DurationVar(&resolution, "metric-resolution", time.Minute, "how often kubelets are asked")
	flags.DurationVar(&timeout, "kubelet-request-timeout", 10*time.Second, "how long a kubelet may take to answer")
	os.Exit(cli.Run(command))
}

func apiConfig(
	serving *options.SecureServingOptionsWithLoopback,
	authentication *options.DelegatingAuthenticationOptions,
	authorization *options.DelegatingAuthorizationOptions,
) (*api.Config, error) {
	if err := serving.MaybeDefaultWithSelfSignedCerts("localhost", nil, nil); err != nil {
		return nil, err
	}
	config := api.NewConfig(metrics.Codecs)
	config.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
	config.OpenAPIConfig = api.DefaultOpenAPIConfig(openapi.GetOpenAPIDefinitions, names.NewDefinitionNamer(metrics.Scheme))
	config.OpenAPIV3Config = api.DefaultOpenAPIV3Config(openapi.GetOpenAPIDefinitions, names.NewDefinitionNamer(metrics.Scheme))
	config.OpenAPIConfig.Info.Title = "Kubernetes metrics-server"
	config.OpenAPIV3Config.Info.Title = "Kubernetes metrics-server"
	if err := serving.ApplyTo(&config.SecureServing, &config.LoopbackClientConfig); err != nil {
		return nil, err
	}
	if err := authentication.ApplyTo(&config.Authentication, config.SecureServing, nil); err != nil {
		return nil, err
	}
	return config, authorization.ApplyTo(&config.Authorization)
}

// serve asks kubelets, whose certificates are of the cluster's authority, at the nodes' addresses.
func serve(config *api.Config, resolution, timeout time.Duration) error {
	account, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	account.ContentType = "application/vnd.kubernetes.protobuf"
	if err := rest.SetKubernetesDefaults(account); err != nil {
		return err
	}
	metricsServer, err := server.Config{
		Apiserver: config,
		Rest:      account,
		Kubelet: &client.KubeletClientConfig{
			Client:              *rest.CopyConfig(account),
			AddressTypePriority: []core.NodeAddressType{core.NodeInternalIP},
			Scheme:              "https",
			DefaultPort:         10250,
		},
		MetricResolution: resolution,
		ScrapeTimeout:    timeout,
	}.Complete()
	if err != nil {
		return err
	}
	return metricsServer.RunUntil(api.SetupSignalHandler())
}
