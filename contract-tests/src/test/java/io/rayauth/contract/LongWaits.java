package io.rayauth.contract;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lets every wait of these tests last as long as it takes on a machine that does other things. */
public final class LongWaits implements BeforeAllCallback {
  /** Is called by JUnit. */
  public LongWaits() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(40));
  }
}
