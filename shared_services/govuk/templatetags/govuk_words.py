"""Filters that write dates, times and money in templates as the house style has them."""

from __future__ import annotations

from django import template

from .. import words

register = template.Library()
register.filter("spoken_date", words.spoken_date)
register.filter("spoken_day", words.spoken_day)
register.filter("spoken_time", words.spoken_time)
register.filter("spoken_instant", words.spoken_instant)
register.filter("spoken_money", words.spoken_money)
register.filter("tabled_money", words.tabled_money)
register.filter("spoken_price", words.spoken_price)
register.filter("counted", lambda number, noun: words.counted(number, *noun.split("|")))
