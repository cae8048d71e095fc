class Trulyopen < Formula
  desc "Tells whether an AI model that calls itself open really is"
  # Address and digest of a release's source archive, to be filled in with the first release.
  homepage "https://example.org/trulyopen"
  url "https://example.org/trulyopen-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "Apache-2.0"

  depends_on "rust" => :build

  def install
    system "cargo", "install", *std_cargo_args
    generate_completions_from_executable(bin/"trulyopen", "completions")
    (man1/"trulyopen.1").write Utils.safe_popen_read(bin/"trulyopen", "man")
  end

  test do
    # No network: a license is looked up in the rules that are in the binary.
    assert_match "Apache-2.0", shell_output("#{bin}/trulyopen license Apache-2.0")
    assert_match "open-weights", shell_output("#{bin}/trulyopen explain open-weights")
  end
end
