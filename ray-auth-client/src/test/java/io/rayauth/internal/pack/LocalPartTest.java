package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which folder a path means, and by which name a module of it is imported. */
class LocalPartTest {
  @TempDir private Path folder;

  @Test
  void read_withDotsAfterALink_goesWhereTheSystemGoesAndKeepsTheNameThatIsGiven()
      throws IOException {
    Path real = Files.createDirectories(folder.resolve("far/away/target")).toRealPath();
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    Path module = Files.createDirectory(real.resolveSibling("implementation"));
    Files.createSymbolicLink(real.resolveSibling("greeter"), module);

    FolderPackage read = read(link.resolve("../greeter/."));

    assertThat(read.source()).isEqualTo(real.resolveSibling("greeter"));
    assertThat(read.layout()).isEqualTo("greeter/");
    assertThat(read(link.resolve("..")).source()).isEqualTo(real.getParent());
    assertThat(read(link).source()).isEqualTo(link);
  }

  private static FolderPackage read(Path path) throws IOException {
    return (FolderPackage)
        new LocalPart(PackageUse.PY_MODULES, 0, path, List.of()).read(PackageSettings.of(Map.of()));
  }
}
