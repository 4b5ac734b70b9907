package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import io.rayauth.internal.pack.SealedPackage.Ownership;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Ray's own client reads from the environment. */
class PackageSettingsTest {
  private static final String WARNING = "RAY_PACKAGE_SIZE_WARNING_MIB";

  @Test
  void of_anEmptyEnvironment_isWhatRayDoesOnItsOwn() {
    assertThat(PackageSettings.of(Map.of()))
        .returns(GitignoreFiles.HEEDED, PackageSettings::gitignoreFiles)
        .returns(256L << 20, PackageSettings::largeFrom)
        .extracting(PackageSettings::defaultExcludes)
        .asString()
        .isEqualTo("[.git, .venv, venv, __pycache__]");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "' 50 ', 52428800", "-1, 9223372036854775807", "many, 268435456"})
  void largeFrom_isReadAsRayDoes(String mebibytes, long bytes) {
    assertThat(PackageSettings.of(Map.of(WARNING, mebibytes)).largeFrom()).isEqualTo(bytes);
  }

  @Test
  void noteOn_aPackageOfThisSize_tellsTheSize() {
    PackageSettings settings = PackageSettings.of(Map.of(WARNING, "1"));

    assertThat(settings.noteOn(ofSize((1 << 20) - 1))).isEmpty();
    assertThat(settings.noteOn(ofSize(1 << 20)))
        .contains(
            "the package is very large (1,048,576 bytes), and every node of the job fetches it");
  }

  private static SealedPackage ofSize(long size) {
    return new SealedPackage(Path.of("package.zip"), size, Ownership.USERS);
  }
}
