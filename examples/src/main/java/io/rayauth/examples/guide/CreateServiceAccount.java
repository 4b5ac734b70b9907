package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.GuideArguments.Option;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.kubernetes.ServiceAccounts.Creation;
import java.io.PrintStream;
import java.util.List;

/** Creates the account that is to submit jobs: {@code kubectl create serviceaccount ray-user}. */
public final class CreateServiceAccount {
  private CreateServiceAccount() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--service-account NAME]}
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets one line
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, String... args) {
    GuideArguments arguments =
        GuideArguments.parse("CreateServiceAccount", List.of(Option.SERVICE_ACCOUNT), args);
    try (KubernetesClient kubernetes = arguments.kubernetes()) {
      Creation creation =
          ServiceAccounts.using(kubernetes)
              .create(arguments.namespace(), arguments.serviceAccount());
      out.println(
          "serviceaccount/%s %s"
              .formatted(
                  arguments.serviceAccount(),
                  creation == Creation.CREATED ? "created" : "unchanged"));
    }
  }
}
