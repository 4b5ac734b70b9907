package io.rayauth.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RawTextTest {

  @Test
  void text_whateverTheCuts_isThatOfTheWholeFile() {
    byte[][] alphabet = {
      {'a'},
      {'\n'},
      {'\r'},
      {'\r', '\n'},
      bytes("\u00e9"),
      bytes("\ud83c\udf89"),
      {(byte) 0xff},
      {(byte) 0xc3}
    };
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] file = new byte[0];
      for (int i = random.nextInt(40); i > 0; i--) {
        byte[] next = alphabet[random.nextInt(alphabet.length)];
        int size = file.length;
        file = Arrays.copyOf(file, size + next.length);
        System.arraycopy(next, 0, file, size, next.length);
      }

      RawText raw = new RawText(5);
      StringBuilder text = new StringBuilder();
      int at = 0;
      while (at < file.length) {
        int end = Math.min(file.length, at + 1 + random.nextInt(5));
        text.append(raw.text(Arrays.copyOfRange(file, at, end), end - at));
        at = end;
      }
      text.append(raw.end());

      assertThat(text)
          .as("seed %s", seed)
          .hasToString(
              new String(file, StandardCharsets.UTF_8).replace("\r\n", "\n").replace('\r', '\n'));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
