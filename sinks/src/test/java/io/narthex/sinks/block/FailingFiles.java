package io.narthex.sinks.block;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The files of the machine, some of which cannot be opened or moved, as a test says. Paths of it
 * are what they stand for; all that is resolved from one belongs to it as well.
 */
public final class FailingFiles extends FileSystem {
  private final FileSystem real = FileSystems.getDefault();
  private final Provider provider = new Provider(real.provider());
  private volatile Faults faults = (use, path) -> {};

  /** What is done to a file. */
  public enum Use {
    OPEN,
    MOVE
  }

  /** Decides what fails. */
  @FunctionalInterface
  public interface Faults {
    /**
     * Asked before a file is opened or moved.
     *
     * @param path the file, or what is moved, as a path of the machine
     * @throws IOException if it is to fail
     */
    void before(Use use, Path path) throws IOException;
  }

  /** From now on this fails. */
  public void fail(Faults faults) {
    this.faults = faults;
  }

  /** The path by which a file of the machine is used here. */
  public Path path(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            FailingFiles.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getFileSystem")) {
                return this;
              }
              var unwrapped = arguments == null ? null : arguments.clone();
              for (int i = 0; unwrapped != null && i < unwrapped.length; i++) {
                unwrapped[i] = unwrapped[i] instanceof Path other ? real(other) : unwrapped[i];
              }
              try {
                var result = method.invoke(path, unwrapped);
                return result instanceof Path found ? path(found) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Path real(Path path) {
    return path.getFileSystem() instanceof FailingFiles ? Path.of(path.toString()) : path;
  }

  private void before(Use use, Path path) throws IOException {
    faults.before(use, path);
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("the files of the machine stay");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return real.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return real.getRootDirectories();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return real.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return real.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return path(real.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    return real.getPathMatcher(pattern);
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return real.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() throws IOException {
    return real.newWatchService();
  }

  /** Does what the machine does, where nothing is to fail. */
  private final class Provider extends FileSystemProvider {
    private final FileSystemProvider real;

    Provider(FileSystemProvider real) {
      this.real = real;
    }

    @Override
    public String getScheme() {
      return "failing";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException("made by its constructor");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return FailingFiles.this;
    }

    @Override
    public Path getPath(URI uri) {
      return path(real.getPath(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      before(Use.OPEN, real(path));
      return real.newByteChannel(real(path), options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      before(Use.OPEN, real(path));
      return real.newFileChannel(real(path), options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
      var found = real.newDirectoryStream(real(directory), child -> filter.accept(path(child)));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          var children = found.iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return children.hasNext();
            }

            @Override
            public Path next() {
              return path(children.next());
            }
          };
        }

        @Override
        public void close() {
          try {
            found.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
      real.createDirectory(real(directory), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
      real.delete(real(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
      real.copy(real(source), real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      before(Use.MOVE, real(source));
      real.move(real(source), real(target), options);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      return real.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return real.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return real.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      real.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return real.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return real.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
        throws IOException {
      return real.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
        throws IOException {
      real.setAttribute(real(path), attribute, value, options);
    }
  }
}
