package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.docs.MarkdownFile.Block;
import io.rayauth.docs.MarkdownFile.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SnippetsAreCurrentTest {
  @Test
  void javaBlocks_whereverTheyStand_equalTheirRegions() throws IOException {
    Map<String, String> regions = Regions.all();

    for (MarkdownFile file : MarkdownFile.all()) {
      for (Block block : blocks(file, "java")) {
        String name = block.mark().map(Mark::name).orElse("no snippet comment before it");
        assertThat(Regions.withoutIndentation(block.text()))
            .as("%s, line %d: %s", file, block.line(), name)
            .isEqualTo(regions.get(name));
      }
    }
  }

  @Test
  void regions_whereverTheyStand_areShownSomewhere() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (MarkdownFile file : MarkdownFile.all()) {
      blocks(file, "java").forEach(block -> block.mark().map(Mark::name).ifPresent(shown::add));
    }

    assertThat(shown).containsExactlyInAnyOrderElementsOf(Regions.all().keySet());
  }

  @Test
  void links_withinTheProject_leadToFiles() throws IOException {
    for (MarkdownFile file : MarkdownFile.all()) {
      assertThat(file.localLinks()).as("links of %s", file).allMatch(Files::exists);
    }
  }

  @Test
  void xmlBlocks_whereverTheyStand_nameTheVersionOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("../pom.xml"));
    String version = pom.replaceFirst("(?s).*?(<version>[^<]+</version>).*", "$1");

    for (MarkdownFile file : MarkdownFile.all()) {
      assertThat(blocks(file, "xml"))
          .as("dependencies in %s", file)
          .allSatisfy(block -> assertThat(block.text()).contains(version));
    }
  }

  private static List<Block> blocks(MarkdownFile file, String language) {
    return file.blocks().stream().filter(block -> block.language().equals(language)).toList();
  }
}
