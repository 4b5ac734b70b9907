package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RemoteUriTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gcs://_ray_pkg_1.zip",
        "s3://b/x.zip",
        "S3://b/x.tar.gz",
        "gs://b/x.tgz",
        "azure://c/x.zip",
        "abfss://c@a/x.tar.xz",
        "https://h/x.zip?sig=1",
        "http://h/x.zip",
        "file:///x.zip",
        "local:///on/every/node",
        "conda://x"
      })
  void isRemote_withWhatRayTakesAsWorkingDirectory_isTrue(String uri) {
    assertThat(RemoteUri.isRemote(uri, PackageUse.WORKING_DIR)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "/abs/path", "a:b", "C:\\x", "C:/x", "name with://slash in"})
  void isRemote_withAPath_isFalse(String path) {
    assertThat(RemoteUri.isRemote(path, PackageUse.WORKING_DIR)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://b/x",
        "https://h/x.whl",
        "gcs://noextension",
        "ftp://h/x.zip",
        "local://relative",
        "local:///x.zip",
        "s3://b/x.tar.bz2"
      })
  void isRemote_withWhatRayRefusesAsWorkingDirectory_throws(String uri) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteUri.isRemote(uri, PackageUse.WORKING_DIR));
  }

  @Test
  void isRemote_withAWheel_isForModulesOnly() {
    assertThat(RemoteUri.isRemote("https://h/x.whl", PackageUse.PY_MODULES)).isTrue();
  }

  @Test
  void isRemote_withASignedAddressOfAnotherEnding_doesNotShowTheSignature() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RemoteUri.isRemote("https://h/x.bin?sig=canary-s", PackageUse.WORKING_DIR))
        .withMessage(
            "Only .zip, .tar.gz, .tgz, .tar.xz files are supported for working_dir URIs; got https://h/x.bin.");
  }
}
