package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.kubernetes.HelmChart;
import io.rayauth.kubernetes.KubeRayOperator;
import io.rayauth.kubernetes.OperatorInstallation;
import io.rayauth.kubernetes.OperatorStatus;
import java.io.PrintStream;
import java.util.List;

/**
 * Installs KubeRay's operator and waits until it runs: {@code helm install kuberay-operator
 * kuberay/kuberay-operator}. Needs helm-java on the class path, which the Maven profile {@code
 * helm} puts there.
 */
public final class InstallOperator {
  private InstallOperator() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--chart PATH]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets a line for each thing that is done, and what runs in the end
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments = GuideArguments.parse("InstallOperator", List.of(Option.CHART), args);
    HelmChart chart =
        arguments.chart().map(HelmChart::at).orElseGet(() -> HelmChart.kubeRayOperator("1.6.0"));
    try (KubernetesClient kubernetes = arguments.kubernetes()) {
      OperatorStatus status =
          KubeRayOperator.using(kubernetes)
              .install(
                  OperatorInstallation.of(chart).namespace(arguments.namespace()).build(),
                  progress -> out.println(progress.message()));
      out.println(status);
    }
  }
}
