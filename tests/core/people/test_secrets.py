"""PINs and passwords: kept as scrypt only, compared safely, and refused where others would guess them."""

import threading

import pytest

from core.errors import Invalid, Unavailable
from core.people import secrets
from core.store.db import transaction


def test_keeps_no_readable_secret_and_never_the_same_text_twice():
    stored = secrets.hash_secret("830174")
    assert stored.startswith("scrypt$") and "830174" not in stored
    assert stored != secrets.hash_secret("830174")


def test_knows_the_right_secret_from_a_wrong_one():
    stored = secrets.hash_secret("830174")
    assert secrets.verify(stored, "830174")
    assert not secrets.verify(stored, "830175")


def test_takes_full_width_digits_for_the_same_pin():
    assert secrets.verify(secrets.hash_secret("830174"), "８３０１７４")


def test_old_secrets_stay_valid_when_the_cost_changes(monkeypatch):
    stored = secrets.hash_secret("830174")
    monkeypatch.setattr(secrets, "_COST", 4)
    assert secrets.verify(stored, "830174")


def test_the_cost_for_production_is_high(request):
    request.getfixturevalue("monkeypatch").undo()
    assert (secrets._COST, secrets._BLOCK) >= (2**14, 8)


def test_without_a_stored_secret_it_computes_as_much_and_says_no(monkeypatch):
    computed = []
    monkeypatch.setattr(secrets, "_scrypt", lambda *arguments: computed.append(arguments[2:]) or b"x")
    assert not secrets.verify(None, "830174")
    assert computed == [(secrets._COST, secrets._BLOCK, secrets._PARALLEL)]


def test_computes_one_at_a_time_and_says_when_too_many_wait(monkeypatch):
    monkeypatch.setattr(secrets, "_WAIT_SECONDS", 0.01)
    with secrets._one_at_a_time:
        refused = []

        def try_it():
            try:
                secrets.hash_secret("830174")
            except Unavailable as error:
                refused.append(error)

        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize("pin", ["830174", "407391", "926480"])
def test_takes_a_pin_without_a_pattern(pin):
    secrets.check_pin(pin, phones=("13800138000",), birth_year=1955)


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567", "83017a", "８３０17", "000000", "777777", "123456", "654321", "890123", "135791", "246802",
     "121212", "123123", "112233", "111222", "888168", "520131"],
)  # fmt: skip
def test_refuses_a_pin_that_is_no_pin_or_has_a_pattern(pin):
    with pytest.raises(Invalid) as refused:
        secrets.check_pin(pin)
    assert list(refused.value.errors) == ["pin"]


@pytest.mark.parametrize("pin", ["550312", "195503", "031255", "121255", "800231"])
def test_refuses_a_pin_that_reads_as_a_birthday(pin):
    with pytest.raises(Invalid):
        secrets.check_pin(pin, birth_year=1955)


@pytest.mark.parametrize("pin", ["195590", "719556", "031455"])
def test_refuses_the_year_of_birth_where_it_is_known(pin):
    secrets.check_pin("719456", birth_year=1955)
    with pytest.raises(Invalid):
        secrets.check_pin(pin, birth_year=1955)


def test_refuses_a_piece_of_the_persons_phone():
    with pytest.raises(Invalid):
        secrets.check_pin("906174", phones=("13835906174", ""))
    with pytest.raises(Invalid):
        secrets.check_pin("382906", phones=("0573-82906174", "0573-82382906"))


@pytest.mark.parametrize(
    "password", ["maple bridge tin 42", "四月的雨落在旧船上不停", "correcthorsebatterystaple", "q8T!vz0mLk#2w"]
)
def test_takes_a_long_password_without_rules_of_composition(password):
    secrets.check_password(password + "x", names=("西山社区", "wangfang", "王芳"))


@pytest.mark.parametrize(
    "password",
    ["short pass", "12345678 9012", "linli12345678", "Linli@shequ2026", "passwordpassword", "aaaaaaaaaaaa", "abcdefghijklmn",
     "xishanshequ123", "xishan wangfang", "wangfang12345678", "王芳王芳王芳王芳王芳王芳", "qwertyuiop123456", "1qaz2wsx3edc4rfv"[:12],
     "88888888888888", "ababababababab"],
)  # fmt: skip
def test_refuses_a_password_of_common_words_names_or_runs(password):
    with pytest.raises(Invalid) as refused:
        secrets.check_password(password, names=("西山", "wangfang", "王芳"))
    assert list(refused.value.errors) == ["password"]


def test_codes_have_no_look_alikes_and_are_read_as_people_type_them():
    for alike in ("0OQD", "1IL", "2Z", "5S", "8B", "6G", "UV"):
        assert len(set(alike) & set(secrets.CODE_ALPHABET)) <= 1
    code = secrets.new_code()
    assert len(code) == 8 and set(code) <= set(secrets.CODE_ALPHABET)
    assert secrets.normal_code(f" {code[:4].lower()} - {code[4:]}") == code
    assert secrets.normal_code("0OQD1IL2") is None and secrets.normal_code(code[:7]) is None
    assert secrets.new_code() != code


def test_nothing_is_hashed_inside_a_transaction_where_everybody_else_would_wait(store):
    stored = secrets.hash_secret("830174")
    with transaction(store.west):
        for act in (lambda: secrets.hash_secret("830174"), lambda: secrets.verify(stored, "830174"),
                    lambda: secrets.code_digest("ACEFHJKM")):  # fmt: skip
            with pytest.raises(RuntimeError):
                act()
