package io.rayauth.token;

/** Says when a cached token is renewed. */
public final class CachePolicy {
  private CachePolicy() {}

  /** Starts a policy. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects a policy. */
  public static final class Builder {
    private Builder() {}

    /** Creates the policy. */
    public CachePolicy build() {
      return new CachePolicy();
    }
  }
}
