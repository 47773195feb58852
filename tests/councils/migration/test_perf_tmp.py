def test_perf(walled, tmp_path, settings):
    from benchmarks.parts.extracts import import_figures
    from benchmarks.figures import table

    print(table(import_figures(tmp_path)))
    assert 0
