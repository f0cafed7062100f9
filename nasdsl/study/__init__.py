"""Studies: trials in a database, safe to kill and resume.

store = Store.create(path, info)          # nasdsl.study.store
search = start(store, space, config)      # nasdsl.study.run
search.run()
"""
