package io.rayauth.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PackageReportTest {
  @Test
  void toString_ofAPackageAtASignedAddress_leavesTheSignatureOut() {
    PackageReport report =
        PackageReport.of(Path.of("job"), "https://store.test/a.zip?signature=canary-of-the-address")
            .build();

    assertThat(report.toString()).startsWith("https://store.test/a.zip?… from job");
    assertThat(report.uri()).endsWith("canary-of-the-address");
  }
}
