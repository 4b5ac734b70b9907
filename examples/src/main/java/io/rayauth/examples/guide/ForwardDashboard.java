package io.rayauth.examples.guide;

import io.rayauth.examples.guide.GuideArguments.Option;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Forwards a free port of this machine to the dashboard until its input ends: {@code kubectl
 * port-forward svc/ray-cluster-with-auth-head-svc}. Goes on when the head pod is replaced.
 */
public final class ForwardDashboard {
  private ForwardDashboard() {}

  /**
   * Runs the step.
   *
   * @param args {@code [--kubeconfig PATH] [--namespace NAME] [--cluster NAME] [--service-account
   *     NAME]}
   */
  public static void main(String[] args) {
    run(System.out, System.in, args);
  }

  /**
   * Runs the step.
   *
   * @param out gets the address for the browser and the header that it has to send
   * @param in ends the step when it ends
   * @param args as for {@link #main(String[])}
   */
  public static void run(PrintStream out, InputStream in, String... args) {
    GuideArguments arguments =
        GuideArguments.parse(
            "ForwardDashboard", List.of(Option.CLUSTER, Option.SERVICE_ACCOUNT), args);
    ClusterStep.asServiceAccount(
        arguments,
        connection -> {
          out.println("Dashboard: " + connection.endpoint().url());
          out.println("Header for the browser to send: Authorization: Bearer <token>");
          out.println("Forwards until the input ends (Ctrl-D).");
          try {
            in.transferTo(OutputStream.nullOutputStream());
          } catch (IOException e) {
            throw new UncheckedIOException("the input cannot be read", e);
          }
        });
  }
}
