"""Config errors name the file and the setting; a folder that cannot hold an instance is refused before anything is made."""

import os
from pathlib import Path

import pytest

from core import config as module
from core.config import load_config
from core.errors import ConfigError, InstanceError
from core.text import in_language


def write(folder, text, encoding="utf-8"):
    """An instance folder with this config.toml."""
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_bytes(text.encode(encoding))
    return folder


def test_a_folder_that_does_not_exist_yet_has_the_defaults(tmp_path):
    config = load_config(tmp_path / "new")
    assert (config.engine, config.host, config.port, config.timezone) == ("sqlite", "0.0.0.0", 0, "Asia/Shanghai")
    assert config.database_path == tmp_path / "new" / "linli.db"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_reads_every_setting_also_behind_a_byte_order_mark(tmp_path, encoding):
    text = (
        'database = "postgresql://linli@127.0.0.1/linli"\nhost = "127.0.0.1"\nport = 8080\n'
        'timezone = "Asia/Urumqi"\ntrusted_hosts = ["西山.local"]\nproxies = 1\n'
    )
    config = load_config(write(tmp_path, text, encoding))
    assert (config.engine, config.host, config.port) == ("postgresql", "127.0.0.1", 8080)
    assert (config.timezone, config.trusted_hosts, config.proxies) == ("Asia/Urumqi", ("西山.local",), 1)


def test_what_is_given_comes_before_the_file(tmp_path):
    config = load_config(write(tmp_path, "port = 8080"), port=9090, host=None)
    assert (config.port, config.host) == (9090, "0.0.0.0")


def test_the_environment_names_the_folder_and_strictness(tmp_path, monkeypatch):
    monkeypatch.setenv("LINLI_INSTANCE", str(tmp_path / "there"))
    monkeypatch.setenv("LINLI_STRICT", "1")
    config = load_config()
    assert config.instance == tmp_path / "there"
    assert config.strict


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 8080", "prot"),
        ("port = '8080'", "port"),
        ("port = true", "port"),
        ("port = 70000", "port"),
        ("port = -1", "port"),
        ("proxies = -1", "proxies"),
        ("trusted_hosts = 'a'", "trusted_hosts"),
        ("trusted_hosts = [1]", "trusted_hosts"),
        ("database = 'mysql://x'", "postgresql"),
        ("timezone = 'Asia/西山'", "西山"),
        ("timezone = '../../etc/passwd'", "passwd"),
        ("port = ", "config.toml"),
        ("[server]\nport = 1", "server"),
    ],
)
def test_a_bad_setting_is_told_by_name(tmp_path, text, told):
    with in_language("en"):
        with pytest.raises(ConfigError) as caught:
            load_config(write(tmp_path, text))
        assert told in str(caught.value)


def test_a_file_in_another_encoding_is_told_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_config(write(tmp_path, 'host = "西山"', "gbk"))


def test_a_config_that_is_a_folder_is_told_by_name(tmp_path):
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_config(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "instance").write_text("hello")
    with pytest.raises(InstanceError, match="instance"):
        load_config(tmp_path / "instance")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InstanceError, match=tmp_path.name):
        load_config(tmp_path)


def mounts(monkeypatch, *lines):
    """Pretend that these file systems are mounted."""
    real = Path.read_text

    def read(path, *args, **kwargs):
        return "\n".join(lines) if str(path) == "/proc/mounts" else real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", read)


@pytest.mark.parametrize("kind", sorted(module._NETWORK_FILESYSTEMS))
def test_a_network_share_is_refused(tmp_path, monkeypatch, kind):
    mounts(monkeypatch, "/dev/sda1 / ext4 rw 0 0", f"nas:/share {tmp_path} {kind} rw 0 0")
    with pytest.raises(InstanceError) as caught:
        load_config(tmp_path / "instance")
    assert str(tmp_path) in str(caught.value)
    assert caught.value.advice


def test_a_share_behind_a_link_is_refused(tmp_path, monkeypatch):
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "share")
    mounts(monkeypatch, "/dev/sda1 / ext4 rw 0 0", f"nas:/x {tmp_path}/share nfs4 rw 0 0")
    with pytest.raises(InstanceError):
        load_config(tmp_path / "link")


def test_a_share_with_a_blank_in_its_name_is_refused(tmp_path, monkeypatch):
    (tmp_path / "our share").mkdir()
    mounts(monkeypatch, "/dev/sda1 / ext4 rw 0 0", f"//nas/x {tmp_path}/our\\040share cifs rw 0 0")
    with pytest.raises(InstanceError):
        load_config(tmp_path / "our share")


def test_a_disk_beside_a_share_is_taken(tmp_path, monkeypatch):
    mounts(monkeypatch, "/dev/sda1 / ext4 rw 0 0", f"nas:/x {tmp_path}/inst nfs rw 0 0")
    assert load_config(tmp_path / "instance").instance == tmp_path / "instance"


def test_the_secret_is_made_once_and_kept_private(tmp_path):
    config = load_config(tmp_path / "instance")
    key = config.secret_key()
    assert len(key) == 32
    assert config.secret_key() == key
    assert (config.instance / "secret").stat().st_mode & 0o077 == 0


def test_a_damaged_secret_is_refused(tmp_path):
    config = load_config(tmp_path)
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(InstanceError, match="secret"):
        config.secret_key()


def test_a_folder_of_the_instance_is_made_when_it_is_asked_for(tmp_path):
    assert load_config(tmp_path / "instance").folder("backups").is_dir()
