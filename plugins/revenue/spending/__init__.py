"""Allocating received dues and spending from funds: proposed, decided, made public, signed by different people, paid, made public again."""
