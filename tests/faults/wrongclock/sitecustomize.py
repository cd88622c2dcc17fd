# Python imports this by itself when the folder is on its path. libfaketime 0.9 refuses to sleep until an absolute
# moment of a clock that it leaves alone, which is how CPython sleeps; a wait without files comes to the same.
import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds) and None
