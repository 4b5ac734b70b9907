package io.rayauth.internal.pack;

import java.io.IOException;

/** Is told what a {@link FolderWalk} comes by. */
interface TreeVisitor {
  /** Is called for each path that goes into the package, a folder before what is in it. */
  void visit(TreeEntry entry) throws IOException;

  /** Is called for each path that a rule leaves out; nothing below it is looked at. */
  default void leftOut(String path, String source, IgnorePattern rule) {}

  /** Is called for what the user should hear of, such as a link that leads out of the folder. */
  default void note(String text) {}
}
