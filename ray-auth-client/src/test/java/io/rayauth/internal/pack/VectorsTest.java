package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Ray's own code makes of the same files. */
@Timeout(60)
class VectorsTest {
  @TempDir private Path folder;

  static List<Vector> vectors() throws IOException, URISyntaxException {
    return Vector.all();
  }

  static List<Vector> folders() throws IOException, URISyntaxException {
    return Vector.all().stream().filter(vector -> !vector.kind().equals("archive")).toList();
  }

  @Test
  void vectors_areAllThere() throws Exception {
    assertThat(Vector.all()).hasSize(19);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void uri_isRays(Vector vector) throws IOException {
    assertThat(read(vector).uri().value()).isEqualTo(vector.expectedUri());
  }

  @ParameterizedTest
  @MethodSource("folders")
  void walk_goesWhereRayGoes(Vector vector) throws IOException {
    List<String> visited = new ArrayList<>();

    walk(vector).walk(entry -> visited.add(entry.path().isEmpty() ? "." : entry.path()));

    assertThat(visited)
        .containsExactlyInAnyOrderElementsOf(vector.expectedHashedPaths())
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("folders")
  void zip_holdsWhatRaysDoes(Vector vector) throws IOException {
    try (SealedPackage sealed = read(vector).seal(Long.MAX_VALUE)) {
      assertThat(sealed.size()).isEqualTo(sealed.file().toFile().length());
      List<ZipListing.Entry> entries = ZipListing.of(sealed.file());
      if (!vector.kind().equals("py_file")) {
        assertThat(entries)
            .containsExactlyElementsOf(
                vector.expectedZipEntries().stream()
                    .sorted(Comparator.comparing(ZipListing.Entry::name))
                    .toList());
      } else {
        assertThat(entries).extracting(ZipListing.Entry::name).containsExactly("single.py");
      }
    }
  }

  private FolderWalk walk(Vector vector) throws IOException {
    return new FolderWalk(
        vector.writeBelow(folder), vector.effectiveExcludes(), vector.gitignoreFiles());
  }

  private LocalPackage read(Vector vector) throws IOException {
    if (vector.kind().equals("archive")) {
      return Archive.of(vector.writeBelow(folder));
    }
    FolderWalk walk = walk(vector);
    String top = vector.kind().equals("py_module_dir") ? walk.root().getFileName() + "/" : "";
    return FolderPackage.read(walk, top);
  }
}
