package io.rayauth.testkit.internal;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** Answers for {@code /api/packages/}: is it there, and upload. */
final class PackageRoutes {
  private static final Set<String> REMOTE =
      Set.of("http", "https", "s3", "gs", "azure", "abfss", "file", "local");
  private static final Set<String> INSTALLERS = Set.of("conda", "pip", "uv");

  private final PackageStore packages;

  PackageRoutes(PackageStore packages) {
    this.packages = packages;
  }

  Response exists(String protocol, String name) {
    if (!protocol.equals("gcs")) {
      return Response.internalError();
    }
    return packages.pin(name)
        ? Response.empty()
        : Response.text(404, "Package gcs://" + name + " does not exist");
  }

  Response put(String protocol, String name, byte[] body) throws IOException {
    if (protocol.equals("gcs")) {
      packages.put(name, body);
      return Response.empty();
    }
    if (REMOTE.contains(protocol)) {
      return Response.text(500, RayTexts.of("package-put-remote"));
    }
    if (INSTALLERS.contains(protocol)) {
      return Response.text(
          500,
          RayTexts.of("package-put-remote")
              .replace(
                  "    raise ValueError(\n"
                      + "ValueError: upload_package_to_gcs should not be called with a remote"
                      + " path.",
                  "    raise NotImplementedError(f\"Protocol {protocol} is not supported\")\n"
                      + "NotImplementedError: Protocol Protocol."
                      + protocol.toUpperCase(Locale.ROOT)
                      + " is not supported"));
    }
    return Response.text(
        500, RayTexts.of("package-put-unknown", "protocol", protocol, "name", name));
  }
}
