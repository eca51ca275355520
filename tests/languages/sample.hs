-- Haskell: what must be found in it.
module App.Server (run, Shape (..)) where

import Data.Map (Map, lookup) {-? from Data.Map import Map; from Data.Map import lookup; import Data.Map as Data.Map -}
import qualified App.Store as S {-? import App.Store as S -}
import App.Net hiding (close) {-? from App.Net import *; import App.Net as App.Net -}
import Data.Text qualified as T {-? import Data.Text as T -}
import App.Kinds (Kind (..)) {-? from App.Kinds import Kind; from App.Kinds import *; import App.Kinds as App.Kinds -}

-- What is drawn.
data Shape a = Dot Int | Box { width :: Int, other :: a } deriving (Show, Eq)
{-? def type Shape; def constant Shape.Dot; def constant Shape.Box; def variable Shape.Box.width; def variable Shape.Box.other; inherit Show in Shape; inherit Eq in Shape -}
newtype Name = Name { unName :: T.Text } {-? def type Name; def constant Name.Name; def variable Name.Name.unName; use T.Text in Name.Name.unName -}
type Table = S.Map Int {-? def type Table; use S.Map in Table -}

class Eq a => Sized a where {-? def trait Sized; inherit Eq in Sized -}
  size :: a -> Int {-? def method Sized.size; span 2 -}
  size x = measure x {-? call measure in Sized.size -}

instance Sized Shape where {-? inherit Sized in Shape -}
  size (Box w _) = S.lookup w . unName $ measure w {-? def method Shape.size; call S.lookup in Shape.size; call unName in Shape.size; call measure in Shape.size; use Box in Shape.size -}

-- | Runs it.
run :: Int -> Shape Int {-? def function run; doc Runs it.; span 8; sig run :: Int -> Shape Int; use Shape in run -}
run 0 = Dot 1 {-? use Dot in run -}
run x
  | x > 1 = draw x {-? call draw in run -}
  | otherwise = go 1 `merge` y {-? call go in run; call merge in run -}
  where
    go z = step z {-? def function run.go; call step in run.go -}
    y = S.empty {-? call S.empty in run -}

flipped = \q -> q + measure q {-? def function flipped; call measure in flipped -}
x <+> y = measure x {-? def function <+>; call measure in <+> -}

main :: IO ()
main = do
  r <- S.open run 1 {-? call S.open in main; use run in main -}
  let k = draw r {-? call draw in main -}
  mapM_ display [k | k <- r] {-? use display in main -}
  case r of
    Just v -> flipped v {-? call flipped in main -}
  finish {-? call finish in main -}
