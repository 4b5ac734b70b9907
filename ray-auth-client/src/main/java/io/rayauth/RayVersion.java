package io.rayauth;

/**
 * Tells which Ray answers.
 *
 * <p>A record, as it mirrors a body that has not changed since Jobs API version 2; source: {@code
 * VersionResponse} of Ray's {@code job/common.py}.
 *
 * @param apiVersion the version of the Jobs API, such as {@code 4}
 * @param rayVersion the version of Ray, such as {@code 2.60.0}
 * @param rayCommit the commit Ray was built from
 * @param sessionName changes when the cluster is restarted; empty for Ray before 2.10
 */
public record RayVersion(
    String apiVersion, String rayVersion, String rayCommit, String sessionName) {

  /**
   * Tells whether the cluster's Ray is at least the given version; suffixes such as {@code rc1} or
   * {@code dev0} do not count.
   *
   * @param major such as 2
   * @param minor such as 8
   * @return true also if the version cannot be read, because a nightly build is newer than what
   *     this library knows
   */
  public boolean isAtLeast(int major, int minor) {
    var matcher = java.util.regex.Pattern.compile("(\\d{1,6})\\.(\\d{1,6})").matcher(rayVersion);
    if (!matcher.lookingAt()) {
      return true;
    }
    int foundMajor = Integer.parseInt(matcher.group(1));
    return foundMajor > major
        || (foundMajor == major && Integer.parseInt(matcher.group(2)) >= minor);
  }
}
