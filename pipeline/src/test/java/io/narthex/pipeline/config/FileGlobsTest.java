package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileGlobsTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    for (String name : List.of("b.yml", "a.yml", "a.json", "a{1}.yml", "sub/c.yml")) {
      Files.writeString(folder.resolve(name), "");
    }
  }

  @Test
  void find_asteriskInLastPart_givesSortedFilesOfThatFolder() {
    assertThat(find("*.yml")).containsExactly("a.yml", "a{1}.yml", "b.yml");
  }

  @Test
  void find_questionMarkSetAndBraces_matchOneCharacterAndThemselves() {
    assertThat(find("?.yml")).containsExactly("a.yml", "b.yml");
    assertThat(find("[b-c].yml")).containsExactly("b.yml");
    assertThat(find("a{1}*")).containsExactly("a{1}.yml");
  }

  @Test
  void find_plainPathOrMissingFolder_givesWhatExists() {
    assertThat(find("a.json")).containsExactly("a.json");
    assertThat(find("c.json")).isEmpty();
    assertThat(find("none/*.yml")).isEmpty();
    assertThat(find("a.json/*.yml")).isEmpty();
    assertThat(find("s*/c.*")).containsExactly("sub/c.yml");
  }

  private List<String> find(String pattern) {
    return FileGlobs.find(folder.resolve(pattern).toString()).stream()
        .map(file -> folder.relativize(file).toString())
        .toList();
  }
}
