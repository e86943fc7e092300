;; cpu: v3
;; Shifts by any register, rotations into another one, counts of zeroes and and-not in one instruction.
(module
  (func $shifts (param i32 i64 i32 i64) (result i32 i64 i64)
    (i32.shl (local.get 2) (local.get 0))
    (i64.shr_u (local.get 3) (local.get 1))
    (i64.shr_s (local.get 3) (local.get 1)))
  (func $rotations (param i32 i64) (result i32 i64)
    (i32.rotl (local.get 0) (i32.const 5))
    (i64.rotr (local.get 1) (i64.const 5)))
  (func $counts (param i32 i64) (result i32 i64)
    (i32.clz (local.get 0))
    (i64.ctz (local.get 1)))
  (func $and_not (param i32 i32 i64 i64) (result i32 i64)
    (i32.and (local.get 0) (i32.xor (local.get 1) (i32.const -1)))
    (i64.and (i64.xor (local.get 2) (i64.const -1)) (local.get 3))))

;; Machine code:
;; func[0]
;;     0  shlx eax,edx,edi
;;     5  shrx rdx,rcx,rsi
;;    10  sarx rcx,rcx,rsi
;;    15  ret
;; func[1]
;;     0  rorx eax,edi,27
;;     6  rorx rdx,rsi,5
;;    12  ret
;; func[2]
;;     0  lzcnt eax,edi
;;     4  tzcnt rdx,rsi
;;     9  ret
;; func[3]
;;     0  andn eax,esi,edi
;;     5  andn rdx,rdx,rcx
;;    10  ret
