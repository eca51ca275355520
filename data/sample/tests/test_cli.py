from courier.cli import main


def test_a_job_is_added_run_and_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["add", "shell", "true"]) == 0
    assert main(["work", "--until-idle"]) == 0
    assert main(["status"]) == 0
    assert "done     1" in capsys.readouterr().out
