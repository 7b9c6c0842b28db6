#include "driver/elf_probe.h"

#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "driver/unique_fd.h"

namespace heddle::driver {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kOwnMachine = EM_X86_64;
constexpr std::string_view kOwnMachineName = "x86-64";
#elif defined(__aarch64__)
constexpr uint16_t kOwnMachine = EM_AARCH64;
constexpr std::string_view kOwnMachineName = "aarch64";
#endif

// A runtime that takes over the process as Heddle does, recognised by its entry point.
struct Sanitizer {
  std::string_view symbol;
  std::string_view name;
  std::string_view flag;
};
constexpr std::array<Sanitizer, 5> kOtherSanitizers = {
    {{"__asan_init", "AddressSanitizer", "address"},
     {"__msan_init", "MemorySanitizer", "memory"},
     {"__hwasan_init", "HWAddressSanitizer", "hwaddress"},
     {"__lsan_init", "LeakSanitizer", "leak"},
     {"__rtsan_init", "RealtimeSanitizer", "realtime"}}};

[[nodiscard]] Error CannotRun(int exit_status, const std::string& path, std::string_view why,
                              std::string_view remedy) {
  return Error{exit_status, "cannot run '" + path + "': " + std::string(why), std::string(remedy)};
}

struct ElfCloser {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfCloser>;

// What the dynamic linker will see, gathered in one pass over the headers.
struct Contents {
  bool has_interpreter = false;
  bool has_dynamic = false;
  bool position_independent_executable = false;  // DF_1_PIE
  bool calls_tsan = false;
  bool defines_tsan_init = false;
  bool needs_libtsan = false;
  const Sanitizer* other_sanitizer = nullptr;
  std::string interpreter;
  std::string build_id;
};

[[nodiscard]] std::string Hexadecimal(const unsigned char* bytes, size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

void ReadNotes(Elf* elf, const GElf_Phdr& header, Contents& contents) {
  Elf_Data* data = elf_getdata_rawchunk(elf, static_cast<int64_t>(header.p_offset), header.p_filesz,
                                        header.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
  if (data == nullptr) return;
  GElf_Nhdr note;
  size_t name = 0;
  size_t description = 0;
  for (size_t at = 0; (at = gelf_getnote(data, at, &note, &name, &description)) > 0;) {
    const auto* bytes = static_cast<const unsigned char*>(data->d_buf);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(bytes + name, "GNU", 4) == 0) {
      contents.build_id = Hexadecimal(bytes + description, std::min<size_t>(note.n_descsz, 64));
    }
  }
}

void ReadProgramHeaders(Elf* elf, Contents& contents) {
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) continue;
    if (header.p_type == PT_DYNAMIC) contents.has_dynamic = true;
    if (header.p_type == PT_NOTE) ReadNotes(elf, header, contents);
    if (header.p_type != PT_INTERP) continue;
    contents.has_interpreter = true;
    Elf_Data* data = elf_getdata_rawchunk(elf, static_cast<int64_t>(header.p_offset),
                                          std::min<uint64_t>(header.p_filesz, 4096), ELF_T_BYTE);
    if (data == nullptr) continue;
    const char* text = static_cast<const char*>(data->d_buf);
    contents.interpreter = std::string(text, strnlen(text, data->d_size));
  }
}

void ReadDynamicSymbol(const GElf_Sym& symbol, std::string_view name, Contents& contents) {
  const bool defined = symbol.st_shndx != SHN_UNDEF;
  if (name.starts_with("__tsan_")) {
    if (!defined) contents.calls_tsan = true;
    if (defined && name == "__tsan_init") contents.defines_tsan_init = true;
  }
  for (const Sanitizer& sanitizer : kOtherSanitizers) {
    if (name == sanitizer.symbol) contents.other_sanitizer = &sanitizer;
  }
}

void ReadSections(Elf* elf, Contents& contents) {
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_DYNAMIC) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || header.sh_entsize == 0) continue;
    const auto count =
        static_cast<int>(std::min<uint64_t>(data->d_size / header.sh_entsize, INT32_MAX));
    for (int i = 0; i < count; ++i) {
      if (header.sh_type == SHT_DYNSYM) {
        GElf_Sym symbol;
        if (gelf_getsym(data, i, &symbol) == nullptr) break;
        const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (name != nullptr) ReadDynamicSymbol(symbol, name, contents);
        continue;
      }
      GElf_Dyn entry;
      if (gelf_getdyn(data, i, &entry) == nullptr || entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE) != 0) {
        contents.position_independent_executable = true;
      }
      if (entry.d_tag != DT_NEEDED) continue;
      const char* needed = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
      if (needed != nullptr && std::string_view(needed) == "libtsan.so.2")
        contents.needs_libtsan = true;
    }
  }
}

// The first line of a script, without "#!" and blanks; "" when the file is something else.
[[nodiscard]] std::string InterpreterLine(int fd) {
  std::array<char, 256> start{};
  const ssize_t got = pread(fd, start.data(), start.size(), 0);
  const std::string_view text(start.data(), got > 0 ? static_cast<size_t>(got) : 0);
  if (!text.starts_with("#!")) return "";
  const std::string_view line = text.substr(2, text.substr(2).find('\n'));
  const size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : std::string(line.substr(first));
}

[[nodiscard]] std::optional<Error> CheckFile(const std::string& path, int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return CannotRun(kExitUsage, path, std::strerror(errno), "");
  if (S_ISDIR(status.st_mode))
    return CannotRun(kExitUsage, path, "it is a directory", "name the program in it");
  if (!S_ISREG(status.st_mode))
    return CannotRun(kExitUsage, path, "it is not a regular file", "name a program");
  if (access(path.c_str(), X_OK) != 0) {
    return CannotRun(kExitUsage, path, "it is not executable",
                     "check the name, or make it executable (chmod +x)");
  }
  const bool other_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid();
  const bool other_group = (status.st_mode & S_ISGID) != 0 && status.st_gid != getegid();
  const bool capable = geteuid() != 0 && fgetxattr(fd, "security.capability", nullptr, 0) > 0;
  if (other_user || other_group || capable) {
    return CannotRun(kExitUnsupported, path,
                     "it gains privileges when started (set-user-id, set-group-id or file "
                     "capabilities), and the "
                     "dynamic linker then ignores LD_PRELOAD",
                     "run a copy without these (cp keeps none of them), or run heddle as the user "
                     "it belongs to");
  }
  return std::nullopt;
}

[[nodiscard]] std::optional<Error> CheckHeader(const std::string& path, const GElf_Ehdr& header) {
  if (header.e_machine != kOwnMachine || header.e_ident[EI_CLASS] != ELFCLASS64) {
    return CannotRun(kExitUsage, path,
                     "it is not a 64-bit " + std::string(kOwnMachineName) +
                         " program (ELF machine " + std::to_string(header.e_machine) +
                         (header.e_ident[EI_CLASS] == ELFCLASS64 ? ", 64-bit)" : ", 32-bit)"),
                     "build it for this machine");
  }
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
    return CannotRun(kExitUsage, path, "it is an object file or a core dump, not a linked program",
                     "name the linked program");
  }
  return std::nullopt;
}

[[nodiscard]] std::optional<Error> CheckContents(const std::string& path,
                                                 const Contents& contents) {
  if (!contents.has_interpreter && contents.has_dynamic &&
      !contents.position_independent_executable) {
    return CannotRun(kExitUsage, path, "it is a shared library, not a program",
                     "name the program that uses it");
  }
  if (!contents.has_interpreter || !contents.has_dynamic) {
    return CannotRun(
        kExitUnsupported, path,
        "it is statically linked, so Heddle's library cannot be put in front of the C library",
        "link it dynamically (without -static or -static-pie)");
  }
  if (contents.interpreter.find("ld-musl") != std::string::npos) {
    return CannotRun(kExitUnsupported, path,
                     "it is linked against musl, and Heddle knows glibc only",
                     "build it against glibc");
  }
  if (contents.other_sanitizer != nullptr) {
    return CannotRun(kExitUnsupported, path,
                     "it contains " + std::string(contents.other_sanitizer->name) +
                         ", which takes over the process as Heddle does",
                     "build it without -fsanitize=" + std::string(contents.other_sanitizer->flag) +
                         " (with -fsanitize=thread, to see data races)");
  }
  if (contents.defines_tsan_init) {
    return CannotRun(kExitUnsupported, path,
                     "it carries its own ThreadSanitizer runtime, as clang links it, and that "
                     "cannot be replaced",
                     "link it with `heddle c++` instead of clang++ (CMake: heddle_instrument), or "
                     "build it with g++ "
                     "-fsanitize=thread");
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> FindProgram(std::string_view name, const char* search_path) {
  if (name.empty())
    return Error{kExitUsage, "the name of the program is empty", "heddle run -- ./program"};
  std::string direct(name);
  if (name.find('/') != std::string_view::npos) {
    if (access(direct.c_str(), F_OK) == 0) return direct;
    return CannotRun(kExitUsage, direct, std::strerror(errno), "check the path");
  }
  std::string_view rest = search_path != nullptr ? search_path : "/bin:/usr/bin";
  while (true) {
    const size_t colon = rest.find(':');
    const std::string directory(rest.substr(0, colon));
    std::string candidate = directory.empty() ? "./" + direct : directory + "/" + direct;
    struct stat status {};
    if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  const bool here = access(direct.c_str(), F_OK) == 0;
  return CannotRun(
      kExitUsage, direct, "no program of this name is in PATH",
      here ? "write ./" + direct + " for the file in this directory" : "check the name");
}

Result<ProgramFacts> ProbeProgram(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid())
    return CannotRun(kExitUsage, path, std::strerror(errno), "check the path and its permissions");
  if (std::optional<Error> error = CheckFile(path, file.get())) return *error;

  elf_version(EV_CURRENT);
  const ElfHandle elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      gelf_getehdr(elf.get(), &header) == nullptr) {
    const std::string interpreter = InterpreterLine(file.get());
    if (!interpreter.empty()) {
      return CannotRun(kExitUsage, path,
                       "it is a script, not a program: its interpreter is " + interpreter,
                       "name the program that the script starts");
    }
    return CannotRun(kExitUsage, path, "it is not an ELF program", "name a linked program");
  }
  if (std::optional<Error> error = CheckHeader(path, header)) return *error;

  Contents contents;
  ReadProgramHeaders(elf.get(), contents);
  ReadSections(elf.get(), contents);
  if (std::optional<Error> error = CheckContents(path, contents)) return *error;
  return ProgramFacts{path, contents.build_id, contents.calls_tsan, contents.needs_libtsan};
}

}  // namespace heddle::driver
